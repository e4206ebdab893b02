import { RefusedError } from "../../cli/errors.ts";
import { isObject, parseObject } from "../../cli/json.ts";
import { isFrame } from "../../servers/watch/recorded_run.ts";
import type {
  Command,
  ControlWarning,
  Frame,
  Hello,
  Refusal,
  Run,
  ViewMessage,
} from "../../servers/watch/frames.ts";

/** A server in another process, reached through the address of its page. */
export class RemoteRun implements Run {
  readonly #base: URL;

  /** @param address of the page, with the token if commands are to be sent */
  constructor(address: string) {
    this.#base = new URL(address);
  }

  /**
   * Asks the server to describe itself.
   *
   * @throws {TypeError} when there is no view at the address
   */
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

  /** See {@linkcode Run.subscribe}. */
  subscribe(onFrame: (frame: Frame) => void): () => void {
    const over = new AbortController();
    // The process that started the server notices when it ends.
    this.follow({ onHello: () => {}, onFrame }, over.signal).catch(() => {});
    return () => over.abort();
  }

  /**
   * Receives the description of the server, and then each frame until the last.
   *
   * @param over closes the connection when it is aborted
   * @throws {TypeError} when there is no view at the address
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

  /**
   * What the server has kept of its last minute, as a recording.
   *
   * @throws {TypeError} when it does not answer with one
   */
  async lastMinute(): Promise<{ lines: Uint8Array; seconds: number }> {
    const response = await fetch(new URL("/save/recording", this.#base));
    const seconds = Number(response.headers.get("x-recorded-seconds") ?? Number.NaN);
    if (!response.ok || Number.isNaN(seconds)) throw new TypeError(await response.text());
    return { lines: await response.bytes(), seconds };
  }

  /**
   * Sends a command. See {@linkcode Run.control}.
   *
   * @throws {RefusedError} when the server refuses it
   */
  async control(command: Command): Promise<ControlWarning | undefined> {
    const token = this.#base.searchParams.get("token") ?? "";
    const response = await fetch(new URL("/control", this.#base), {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(command),
    });
    if (response.ok) return (await response.json()).warnings[0];
    const refusal: Refusal = await response.json();
    throw new RefusedError(refusal.reason === "failed" ? refusal.detail : refusal.reason);
  }
}

/** @returns `undefined` when it is not a message of a view */
function parseMessage(data: unknown): ViewMessage | undefined {
  const message = typeof data === "string" && parseObject(data) || {};
  const { hellos, frame, isOver } = message;
  const isMessage = isOver === true || isFrame(frame) ||
    Array.isArray(hellos) && hellos.every(isHello);
  // What makes it one was just found in it.
  return isMessage ? message as unknown as ViewMessage : undefined;
}

/** Whether a value describes a server: any program may listen at the address. */
function isHello(hello: unknown): boolean {
  return isObject(hello) && "model" in hello && "worker" in hello;
}
