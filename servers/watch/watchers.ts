import { settlesWithin } from "../../cli/settles_within.ts";
import { followFrames } from "./frame_following.ts";
import type { Run, ViewMessage } from "./frames.ts";

/**
 * The viewers of the runs. Each has one WebSocket for the frames of all runs: a browser opens only six
 * HTTP connections to a server, event streams included, and WebSockets do not count among them.
 */
export class Watchers {
  readonly #closed = new Map<WebSocket, Promise<void>>();

  /**
   * @param runs whose frames are sent
   * @param id of this view: a page compares it, and notices when another view has its address
   */
  constructor(private readonly runs: readonly Run[], private readonly id: string) {}

  /**
   * Answers a WebSocket handshake.
   *
   * @throws {TypeError} when the handshake is incomplete
   */
  accept(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed.set(socket, promise);
    let unfollow = () => {};
    socket.onopen = async () => {
      try {
        unfollow = await this.#stream(socket);
      } catch {
        send(socket, { isOver: true }); // a server of a comparison is gone
      }
    };
    socket.onerror = () => {}; // onclose follows
    socket.onclose = () => {
      unfollow();
      this.#closed.delete(socket);
      resolve();
    };
    return response;
  }

  /** Ends all streams, and waits up to `timeoutMs` until the viewers have read their last frames. */
  async end(timeoutMs: number): Promise<void> {
    for (const socket of this.#closed.keys()) send(socket, { isOver: true });
    if (await settlesWithin(Promise.all(this.#closed.values()), timeoutMs)) return;
    for (const socket of this.#closed.keys()) socket.close();
  }

  /** @returns a function that ends the stream */
  async #stream(socket: WebSocket): Promise<() => void> {
    const hellos = await Promise.all(this.runs.map((run) => run.hello()));
    if (socket.readyState !== WebSocket.OPEN) return () => {};
    send(socket, { id: this.id, hellos });
    const streams = this.runs.map((run, index) =>
      followFrames(run, {
        get bufferedBytes() {
          return socket.bufferedAmount;
        },
        write: (frame) => send(socket, { run: index, frame }),
      })
    );
    return () => streams.forEach((stop) => stop());
  }
}

function send(socket: WebSocket, message: ViewMessage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
