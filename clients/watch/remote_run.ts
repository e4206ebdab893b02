import { RefusedError } from "../../cli/errors.ts";
import { isFrame } from "../../servers/watch/recorded_run.ts";
import type {
  Command,
  Frame,
  FromView,
  Hello,
  Refusal,
  Reservation,
  Run,
} from "../../servers/watch/frames.ts";

/** A server of another process, seen through its page's own address. */
export class RemoteRun implements Run {
  readonly #base: URL;

  /** @param address of the page, with the token if it is to be controlled */
  constructor(address: string) {
    this.#base = new URL(address);
  }

  /** @throws {TypeError} when nobody answers, or with something else */
  async hello(): Promise<Hello> {
    const over = new AbortController();
    const hello = Promise.withResolvers<Hello>();
    const onHello = (one: Hello) => hello.resolve(one);
    this.follow({ onHello, onFrame: () => {} }, over.signal)
      .then(() => hello.reject(new TypeError("no hello")), hello.reject);
    try {
      return await hello.promise;
    } finally {
      over.abort();
    }
  }

  subscribe(onFrame: (frame: Frame) => void): () => void {
    const over = new AbortController();
    // That its frames have come to an end is seen by who has started the server.
    this.follow({ onHello: () => {}, onFrame }, over.signal).catch(() => {});
    return () => over.abort();
  }

  /**
   * Tells what the server is, and then each frame until there are no more.
   *
   * @param over gives it up
   * @throws {TypeError} when nobody answers, or with something else
   */
  follow(
    { onHello, onFrame }: {
      readonly onHello: (hello: Hello) => void;
      readonly onFrame: (frame: Frame) => void;
    },
    over: AbortSignal,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = new WebSocket(new URL("/frames", this.#base.href.replace(/^http/, "ws")));
    socket.onmessage = ({ data }) => {
      const message = parseMessage(data);
      if (message === undefined) reject(new TypeError("this is no view"));
      else if ("isOver" in message) resolve();
      else if ("frame" in message) onFrame(message.frame);
      else if (message.hellos.length > 0) onHello(message.hellos[0]);
      else reject(new TypeError("nothing runs here"));
    };
    socket.onerror = (event) => {
      event.preventDefault();
      reject(new TypeError(event instanceof ErrorEvent ? event.message : "no connection"));
    };
    socket.onclose = () => resolve();
    over.addEventListener("abort", () => resolve());
    const close = () => socket.close();
    promise.then(close, close);
    return promise;
  }

  async control(command: Command): Promise<Reservation | undefined> {
    const token = this.#base.searchParams.get("token") ?? "";
    const response = await fetch(new URL("/control", this.#base), {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(command),
    });
    if (response.ok) return (await response.json()).reservations[0];
    const refusal: Refusal = await response.json();
    throw new RefusedError(refusal.reason === "failed" ? refusal.detail : refusal.reason);
  }
}

/** @returns `undefined` for what no view of ours would say */
function parseMessage(data: unknown): FromView | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message = JSON.parse(data);
    const isOurs = Array.isArray(message.hellos) && message.hellos.every(isHello) ||
      isFrame(message.frame) || message.isOver === true;
    return isOurs ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Whether something says what a server is: any program may listen where one is looked for. */
function isHello(hello: unknown): boolean {
  return typeof hello === "object" && hello !== null && "model" in hello && "servant" in hello;
}
