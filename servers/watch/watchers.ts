import { settlesWithin } from "../../cli/settles_within.ts";
import { followFrames } from "./frame_following.ts";
import type { FromView, Run } from "./frames.ts";

/**
 * Those who watch: each has one WebSocket, over which the frames of all runs come. A browser opens
 * only six connections to a server for requests, event streams included, and WebSockets do not count.
 */
export class Watchers {
  readonly #runs: readonly Run[];
  readonly #id: string;
  readonly #closed = new Map<WebSocket, Promise<void>>();

  /** @param id of this view, by which a page knows it from another one at the same address */
  constructor(runs: readonly Run[], id: string) {
    this.#runs = runs;
    this.#id = id;
  }

  /** Answers a request that asks for a WebSocket. */
  welcome(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed.set(socket, promise);
    let leave = () => {};
    socket.onopen = async () => {
      try {
        leave = await this.#tell(socket);
      } catch {
        send(socket, { isOver: true }); // a server that is compared is gone
      }
    };
    socket.onerror = () => {}; // it is closed then
    socket.onclose = () => {
      leave();
      this.#closed.delete(socket);
      resolve();
    };
    return response;
  }

  /** Ends all streams; whoever reads gets the last frame, if that takes no longer than this. */
  async end(patienceMs: number): Promise<void> {
    for (const socket of this.#closed.keys()) send(socket, { isOver: true });
    if (await settlesWithin(Promise.all(this.#closed.values()), patienceMs)) return;
    for (const socket of this.#closed.keys()) socket.close();
  }

  /** @returns a function that ends it */
  async #tell(socket: WebSocket): Promise<() => void> {
    const hellos = await Promise.all(this.#runs.map((run) => run.hello()));
    if (socket.readyState !== WebSocket.OPEN) return () => {};
    send(socket, { id: this.#id, hellos });
    const leave = this.#runs.map((run, index) =>
      followFrames(run, {
        get owedBytes() {
          return socket.bufferedAmount;
        },
        take: (frame) => send(socket, { run: index, frame }),
      })
    );
    return () => leave.forEach((one) => one());
  }
}

function send(socket: WebSocket, message: FromView): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
