/**
 * The session of a handler that is a user's file.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { isObject } from "../../cli/json.ts";
import { formatAddress, LONGEST_WAIT_MS } from "../sockets/interface_values.ts";
import { whereThrown } from "../system/thrown.ts";
import { fileReplies } from "./file_replies.ts";
import { HandlerError } from "./handler_error.ts";
import { OrderedSends } from "./ordered_sends.ts";
import { Outbox } from "./outbox.ts";
import { EVERYONE, type Member, type Rooms } from "./rooms.ts";
import { type CloseReason, GeneratedReplies, type Replies, type Reply } from "./session.ts";
import type { HandlerClient, Session } from "./session.ts";

const encoder = new TextEncoder();

/** What the function of the file has returned: what is called, and when. */
interface FileMethods {
  /** Of each chunk as it came. */
  readonly receive: (chunk: Uint8Array) => unknown;
  /** At once, for a greeting. */
  readonly open?: () => unknown;
  /** Each `tickMs` milliseconds, of the milliseconds since the client came. */
  readonly tick?: (elapsedMs: number) => unknown;
  readonly tickMs: number;
  /** When the client has sent its last byte, for the last words. */
  readonly end?: () => unknown;
  /** When the connection is closed. */
  readonly close?: (reason: CloseReason) => void;
}

/**
 * See the module.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * const client = { id: 1, peer: { host: "::1", port: 50_000 }, rooms: new Rooms() };
 * const session = new FileSession("mine.js", () => ({ open: () => "hi", receive() {} }), client);
 * assertEquals(new TextDecoder().decode(session.outbox.next()?.bytes), "hi");
 * ```
 */
export class FileSession implements Session {
  readonly outbox = new Outbox();
  readonly #sends = new OrderedSends(this.outbox);
  readonly onEnd: Session["onEnd"];
  readonly onClose: Session["onClose"];
  readonly #path: string;
  readonly #methods: FileMethods;
  /** Answers that have begun and have not ended. */
  readonly #begun = new Set<Generator<Reply>>();
  #timer: ReturnType<typeof setInterval> | undefined = undefined;

  /**
   * @param path of the file
   * @param make what it exports
   * @throws {HandlerError} when it returns no session
   */
  constructor(path: string, make: (context: FileContext) => unknown, client: HandlerClient) {
    this.#path = path;
    const context = new FileContext(client, this.outbox, this.#sends);
    let methods: FileMethods;
    try {
      methods = this.#methods = methodsOf(path, () => make(context));
    } catch (error) {
      context.leaveAll(); // it may have joined a room before it failed
      throw error;
    }
    context.enter();
    const { open, end, close } = methods;
    if (open !== undefined) this.outbox.put(this.#repliesOf(open));
    if (end !== undefined) this.onEnd = () => this.#repliesOf(end);
    if (methods.tick !== undefined) this.#startTicking(methods.tick, methods.tickMs);
    this.onClose = (reason) => {
      clearInterval(this.#timer);
      context.leaveAll();
      try {
        for (const replies of this.#begun) located(path, () => replies.return(undefined));
      } finally {
        if (close !== undefined) located(path, () => close(reason));
      }
    };
  }

  onData(chunk: Uint8Array): Replies {
    // A copy, since the model may receive into the same buffer before all replies are made.
    const own = chunk.slice();
    return this.#repliesOf(() => this.#methods.receive(own));
  }

  #repliesOf(call: () => unknown): Replies {
    return new GeneratedReplies(this.#sends.among(this.#generate(call)));
  }

  *#generate(call: () => unknown): Generator<Reply> {
    const replies = fileReplies(this.#path, located(this.#path, call));
    for (;;) {
      const { value, done } = located(this.#path, () => replies.next());
      if (done) return void this.#begun.delete(replies);
      this.#begun.add(replies);
      yield value;
    }
  }

  /** A tick that the client has not taken yet is not followed by another. */
  #startTicking(tick: (elapsedMs: number) => unknown, everyMs: number): void {
    const beganMs = performance.now();
    let isWaiting = false;
    this.#timer = setInterval(() => {
      if (isWaiting) return;
      isWaiting = true;
      this.outbox.put(this.#repliesOf(() => {
        isWaiting = false;
        return tick(performance.now() - beganMs);
      }));
    }, everyMs);
  }
}

/** What a user's handler knows of its client and of the others, and what it can do for them. */
export class FileContext {
  /** The number of the client. */
  readonly id: number;
  /** The client's address, `host:port`. */
  readonly peer: string;
  readonly #rooms: Rooms;
  readonly #outbox: Outbox;
  readonly #sends: OrderedSends;
  readonly #joined = new Set<string>();
  #member: Member;
  #hasLeft = false;

  constructor(
    { id, peer, rooms }: HandlerClient,
    outbox: Outbox,
    sends = new OrderedSends(outbox),
  ) {
    this.id = id;
    this.peer = formatAddress(peer);
    this.#rooms = rooms;
    this.#outbox = outbox;
    this.#sends = sends;
    this.#member = { name: this.peer, outbox };
  }

  /** The client hears what is said to all from now on. */
  enter(): void {
    this.#rooms.enter(this.#member);
  }

  /** What others know the client by; its address at first. */
  get name(): string {
    return this.#member.name;
  }

  set name(name: string) {
    this.#rooms.leave(this.#member);
    this.#member = { name, outbox: this.#outbox };
    if (this.#hasLeft) return;
    this.#rooms.enter(this.#member);
    for (const room of this.#joined) this.#rooms.join(room, this.#member);
  }

  /** A map of all clients. @throws {Error} in models that serve in several threads or processes */
  get shared(): Map<string, unknown> {
    return this.#rooms.shared;
  }

  /** Sends to the client, now or later, what it has not asked for: before an answer that has not ended. */
  send(data: string | Uint8Array): void {
    this.#sends.put(toBytes(data));
  }

  /** Ends the connection when all is sent. */
  close(): void {
    this.#outbox.put(new GeneratedReplies(lastReply()));
  }

  join(room: string): void {
    if (this.#hasLeft) return;
    this.#joined.add(room);
    this.#rooms.join(room, this.#member);
  }

  leave(room: string): void {
    if (this.#joined.delete(room)) this.#rooms.leave(this.#member, room);
  }

  /** The names of those in a room. */
  members(room: string): string[] {
    return this.#rooms.names(room);
  }

  /** The rooms in which there is somebody. */
  rooms(): string[] {
    return this.#rooms.all();
  }

  /** Sends to all others in a room; without one, to all other clients of the server. */
  broadcast(...to: [data: string | Uint8Array] | [room: string, data: string | Uint8Array]): void {
    const [room, data] = to.length === 1 ? [EVERYONE, to[0]] : to;
    this.#rooms.broadcast(room, toBytes(data), this.#member);
  }

  /** The client has left, and comes back into no room, whatever the handler still does. */
  leaveAll(): void {
    this.#hasLeft = true;
    this.#rooms.leave(this.#member);
  }
}

function* lastReply(): Generator<Reply> {
  yield { bytes: new Uint8Array(0), waitMs: 0, close: true };
}

function methodsOf(path: string, make: () => unknown): FileMethods {
  const made = located(path, make);
  const methodOf = (name: string) => {
    const method = isObject(made) ? made[name] : undefined;
    return typeof method === "function" ? method.bind(made) : undefined;
  };
  const receive = methodOf("receive");
  if (receive === undefined) {
    throw new HandlerError(path, "what its function returns has no receive method");
  }
  const tickMs = isObject(made) ? made.tickMs ?? 1_000 : 1_000;
  if (typeof tickMs !== "number" || !(tickMs > 0 && tickMs <= LONGEST_WAIT_MS)) {
    // A timer with a longer time would fire all the time.
    throw new HandlerError(path, `tickMs is not a number of milliseconds up to ${LONGEST_WAIT_MS}`);
  }
  return {
    ...{ receive, tickMs, open: methodOf("open"), tick: methodOf("tick") },
    ...{ end: methodOf("end"), close: methodOf("close") },
  };
}

/** Calls the code of the file. What it throws gets the line on which it threw. */
function located<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof HandlerError
      ? error
      : new HandlerError(path, whereThrown(pathToFileURL(path).href, error), { cause: error });
  }
}

/** @throws {TypeError} for anything else, which would end those who are sent it */
function toBytes(data: string | Uint8Array): Uint8Array {
  if (typeof data === "string") return encoder.encode(data);
  if (data instanceof Uint8Array) return data.slice();
  throw new TypeError("what is sent is neither a string nor a Uint8Array");
}
