import { settlesWithin } from "../../cli/settles_within.ts";
import { followFrames } from "./frame_following.ts";
import { frameJson } from "./frame_json.ts";
import { LastMinute } from "./last_minute.ts";
import type { Run, ViewMessage } from "./frames.ts";

/**
 * The viewers of the runs. Each has one WebSocket for the frames of all runs: a browser opens only six
 * HTTP connections to a server, event streams included, and WebSockets do not count among them.
 */
export class Watchers {
  readonly #closed = new Map<WebSocket, Promise<void>>();
  /** The last minute of each run, as far as it was watched. */
  readonly lastMinutes: readonly LastMinute[];

  /**
   * @param runs whose frames are sent
   * @param id of this view: a page compares it, and notices when another view has its address
   */
  constructor(private readonly runs: readonly Run[], private readonly id: string) {
    this.lastMinutes = runs.map((run) => new LastMinute(run));
  }

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
      if (this.#closed.size === 0) { for (const kept of this.lastMinutes) kept.pause(); }
      resolve();
    };
    return response;
  }

  /** Ends all streams, and waits up to `timeoutMs` until the viewers have read their last frames. */
  async end(timeoutMs: number): Promise<void> {
    for (const kept of this.lastMinutes) kept.end();
    for (const socket of this.#closed.keys()) send(socket, { isOver: true });
    if (await settlesWithin(Promise.all(this.#closed.values()), timeoutMs)) return;
    for (const socket of this.#closed.keys()) socket.close();
  }

  /** @returns a function that ends the stream */
  async #stream(socket: WebSocket): Promise<() => void> {
    const hellos = await Promise.all(this.runs.map((run) => run.hello()));
    if (socket.readyState !== WebSocket.OPEN) return () => {};
    for (const kept of this.lastMinutes) kept.begin();
    const streams = this.runs.map((run, index) => sendFrames(run, index, socket));
    // A page with its hellos is there, and its clients may talk: by then all runs are followed.
    send(socket, { id: this.id, hellos });
    return () => streams.forEach((stop) => stop());
  }
}

/**
 * Sends each frame of a run.
 *
 * @param index of the run among those of the page
 * @returns a function that stops it
 */
export function sendFrames(run: Run, index: number, socket: WebSocket): () => void {
  return followFrames(run, {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    write: (frame) => sendText(socket, `{"run":${index},"frame":${frameJson(frame)}}`),
  });
}

function send(socket: WebSocket, message: ViewMessage): void {
  sendText(socket, JSON.stringify(message));
}

function sendText(socket: WebSocket, text: string): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(text);
}
