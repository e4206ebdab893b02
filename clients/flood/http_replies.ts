/**
 * Requests over HTTP/1.1, and where the answers to them end, RFC 9112: one request at a time on each
 * connection, which is kept alive.
 *
 * @module
 */

import { type Address, formatAddress } from "../../servers/sockets/interface.ts";
import type { ReplyCheck } from "./messages.ts";

/** The longest head of an answer that is read; servers stay far below. */
const MAX_HEAD_BYTES = 65_536;
const LF = 0x0a;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

const encoder = new TextEncoder();
/** Whatever bytes there are, one character for each. */
const decoder = new TextDecoder("latin1");

/** The request for a path of a server, with what every client has to say. */
export function httpRequest(path: string, address: Address): Uint8Array {
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${formatAddress(address)}`, "Accept: */*"];
  return encoder.encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/** Whether a path can stand in a request as it is: it begins with a slash, and all of it is visible. */
export function isHttpPath(path: string): boolean {
  return /^\/[!-~]*$/.test(path);
}

/** How an answer's body ends, and whether the connection does. */
interface Head {
  readonly status: number;
  /** How many bytes the body has; `chunked` if it says so itself; `Infinity`: until the connection ends. */
  readonly body: number | "chunked";
  readonly closes: boolean;
}

/** @returns nothing if that is no head of an answer */
function parseHead(lines: readonly string[]): Head | undefined {
  const first = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(lines[0]);
  if (first === null) return undefined;
  const [, minor, digits] = first;
  const status = Number(digits);
  let [length, isChunked, isCoded] = ["", false, false];
  let closes = minor === "0";
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim().toLowerCase();
    if (name === "content-length") {
      if (!/^\d{1,15}$/.test(value) || (length !== "" && length !== value)) return undefined;
      length = value;
    } else if (name === "transfer-encoding") {
      isCoded = true;
      isChunked = /(?:^|,)\s*chunked$/.test(value);
    } else if (name === "connection") {
      if (/(?:^|,)\s*close\s*(?:,|$)/.test(value)) closes = true;
      else if (/(?:^|,)\s*keep-alive\s*(?:,|$)/.test(value)) closes = false;
    }
  }
  // RFC 9112, section 6.3: in this order.
  if (status < 200 || status === 204 || status === 304) return { status, body: 0, closes };
  if (isCoded) {
    return isChunked
      ? { status, body: "chunked", closes }
      : { status, body: Infinity, closes: true };
  }
  if (length === "") return { status, body: Infinity, closes: true };
  return { status, body: Number(length), closes };
}

/**
 * The head that came last. Servers send the same one again and again, but for the time of day, so most
 * need not be parsed. All connections of a thread share one.
 */
export class LastHead {
  #words = new Int32Array(0);
  #bytes = new Uint8Array(0);
  #head: Head | undefined = undefined;

  /** The number of bytes that the last head has, if the buffer begins with it; otherwise 0. */
  lengthIn(words: Int32Array, bytes: Uint8Array, count: number): number {
    const known = this.#words;
    const length = this.#bytes.length;
    if (count < length) return 0;
    for (let i = 0; i < known.length; i++) if (words[i] !== known[i]) return 0;
    for (let i = known.length * WORD_BYTES; i < length; i++) {
      if (bytes[i] !== this.#bytes[i]) return 0;
    }
    return length;
  }

  get head(): Head | undefined {
    return this.#head;
  }

  set(head: Head, bytes: Uint8Array): void {
    this.#head = head;
    this.#bytes = bytes.slice();
    this.#words = new Int32Array(this.#bytes.slice(0, bytes.length & ~(WORD_BYTES - 1)).buffer);
  }
}

/** What the next bytes of an answer are. */
type Part = "head" | "body" | "chunk-size" | "chunk" | "chunk-end" | "trailer";

/** Finds the ends of the answers on one connection, however they are cut up. */
export class HttpReplies implements ReplyCheck {
  readonly #last: LastHead;
  readonly #onStatus: (status: number) => void;
  #part: Part = "head";
  #head: Head | undefined = undefined;
  /** The lines of the head so far, and how many bytes they have; the line that is not whole yet. */
  #lines: string[] = [];
  #headBytes = 0;
  #line = "";
  /** How many bytes of the body, or of the chunk, are to come. */
  #left = 0;
  #isWithin = false;
  messages = 0;
  wrongBytes = 0;
  isBroken = false;
  isLast = false;

  /** @param onStatus called with the status of each answer that is whole */
  constructor(last: LastHead, onStatus: (status: number) => void) {
    this.#last = last;
    this.#onStatus = onStatus;
  }

  get isWithinMessage(): boolean {
    return this.#isWithin;
  }

  /** How many of `count` bytes can be part of an answer: all, if one is owed. */
  wanted(count: number, owedMessages: number): number {
    return owedMessages > 0 ? count : 0;
  }

  takeWords(
    chunk: Uint8Array,
    words: Int32Array,
    onMessage: (index: number) => void,
    count: number,
  ): void {
    const before = this.messages;
    let at = 0;
    if (!this.#isWithin && (at = this.#last.lengthIn(words, chunk, count)) > 0) {
      this.#beginBody(this.#last.head, onMessage);
    }
    while (at < count && this.messages === before && !this.isBroken) {
      at = this.#take(chunk, at, count, onMessage);
    }
    // Only one was asked for: what comes after it is no answer.
    this.wrongBytes += count - at;
  }

  endOfStream(onMessage: (index: number) => void): void {
    if (this.#part === "body" && this.#left === Infinity) this.#end(onMessage);
  }

  /** Takes some of the bytes from `at` on. @returns where the next ones are */
  #take(chunk: Uint8Array, at: number, count: number, onMessage: (index: number) => void): number {
    this.#isWithin = true;
    if (this.#part === "body" || this.#part === "chunk") {
      const length = Math.min(this.#left, count - at);
      this.#left -= length;
      if (this.#left === 0) {
        if (this.#part === "chunk") this.#part = "chunk-end";
        else this.#end(onMessage);
      }
      return at + length;
    }
    const end = chunk.subarray(at, count).indexOf(LF);
    const next = end === -1 ? count : at + end + 1;
    this.#line += decoder.decode(chunk.subarray(at, next));
    if (this.#headBytes + this.#line.length > MAX_HEAD_BYTES) this.isBroken = true;
    else if (end !== -1) {
      const line = this.#line.replace(/\r?\n$/, "");
      const isInOnePiece = this.#line.length === end + 1;
      this.#headBytes += this.#line.length;
      this.#line = "";
      this.#takeLine(line, isInOnePiece ? chunk.subarray(0, next) : undefined, onMessage);
    }
    return next;
  }

  /** @param soFar what has come up to the end of the line, if the buffer has it */
  #takeLine(line: string, soFar: Uint8Array | undefined, onMessage: (index: number) => void): void {
    switch (this.#part) {
      case "head": {
        if (line !== "") return void this.#lines.push(line);
        const head = parseHead(this.#lines.length === 0 ? [""] : this.#lines);
        const isWhole = soFar?.length === this.#headBytes;
        if (head !== undefined && soFar !== undefined && isWhole) this.#last.set(head, soFar);
        return this.#beginBody(head, onMessage);
      }
      case "chunk-size": {
        const size = /^([\da-f]{1,12})[ \t]*(?:;|$)/i.exec(line);
        this.#headBytes = 0;
        if (size === null) this.isBroken = true;
        else if ((this.#left = parseInt(size[1], 16)) === 0) this.#part = "trailer";
        else this.#part = "chunk";
        return;
      }
      case "chunk-end":
        this.#headBytes = 0;
        this.#part = "chunk-size";
        if (line !== "") this.isBroken = true;
        return;
      default:
        if (line === "") this.#end(onMessage);
    }
  }

  #beginBody(head: Head | undefined, onMessage: (index: number) => void): void {
    this.#lines = [];
    this.#headBytes = 0;
    this.#isWithin = true;
    this.#head = head;
    if (head === undefined) this.isBroken = true;
    else if (head.status < 200) this.#part = "head"; // the answer itself comes after it
    else if (head.body === "chunked") this.#part = "chunk-size";
    else {
      this.#part = "body";
      this.#left = head.body;
      if (head.body === 0) this.#end(onMessage);
    }
  }

  #end(onMessage: (index: number) => void): void {
    this.#part = "head";
    this.#headBytes = 0;
    this.#isWithin = false;
    if (this.#head !== undefined) {
      this.isLast = this.#head.closes;
      this.#onStatus(this.#head.status);
    }
    onMessage(this.messages++);
  }
}
