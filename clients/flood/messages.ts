/**
 * What a flood sends. Each connection sends a sequence of its own that can be made again from its
 * seed, so what should come back need not be kept.
 *
 * @module
 */

const encoder = new TextEncoder();

/** The messages that a flood chooses from. */
export type MessageSet = readonly Uint8Array[];

/** The numbers from 0 to 100 as text, which the client of the textbook sends. */
export function numbers(): MessageSet {
  return Array.from({ length: 101 }, (_, number) => encoder.encode(String(number)));
}

/** Always the same text. */
export function always(text: string): MessageSet {
  return [encoder.encode(text)];
}

/** The printable characters of ASCII begin after the space. */
const FIRST_PRINTABLE = 0x21;
/** A prime, so that a lost or moved byte shows in any size that is common. */
const PERIOD = 89;
/** How many messages of a size there are, and how far apart in the period they begin. */
const VARIANTS = 7;
const SHIFT = 13;

/**
 * A few messages of `sizeBytes` each, of printable characters. They begin differently, and their
 * period is a prime. All are parts of the same bytes, so that the longest take little time and memory.
 */
export function ofSize(sizeBytes: number): MessageSet {
  const bytes = new Uint8Array(sizeBytes + (VARIANTS - 1) * SHIFT);
  const first = Math.min(PERIOD, bytes.length);
  for (let index = 0; index < first; index++) bytes[index] = FIRST_PRINTABLE + index;
  // What is there is copied behind itself until it is long enough.
  for (let filled = first; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return Array.from(
    { length: VARIANTS },
    (_, variant) => bytes.subarray(variant * SHIFT, variant * SHIFT + sizeBytes),
  );
}

/** Longer messages do not come in one piece, and are compared byte by byte. */
const MAX_BYTES_AS_WORDS = 65_536;

/** The whole words of 32 bits of each message, for each set: four bytes are compared at once. */
const words = new WeakMap<MessageSet, readonly Int32Array[]>();

function wordsOf(messageSet: MessageSet): readonly Int32Array[] {
  let known = words.get(messageSet);
  if (known === undefined) {
    known = messageSet.map((message) => {
      const length = message.length > MAX_BYTES_AS_WORDS ? 0 : message.length & ~3;
      return new Int32Array(new Uint8Array(message.subarray(0, length)).buffer);
    });
    words.set(messageSet, known);
  }
  return known;
}

/** One connection's sequence of messages. */
export class Sequence {
  readonly #messageSet: MessageSet;
  readonly #words: readonly Int32Array[];
  #state: number;
  #index = 0;

  /** @param seed two sequences with the same seed are the same */
  constructor(messageSet: MessageSet, seed: number) {
    this.#messageSet = messageSet;
    this.#words = wordsOf(messageSet);
    // Small seeds follow each other; multiplied they lie far apart.
    this.#state = Math.imul(seed + 1, 0x9e37_79b1) | 1;
  }

  /** The next message. */
  next(): Uint8Array {
    // Marsaglia's xorshift with 32 bits: the choice must be quick, and only look random.
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    this.#index = Math.floor((x >>> 0) * this.#messageSet.length / 2 ** 32);
    return this.#messageSet[this.#index];
  }

  /** Which of the set {@linkcode next} gave last. */
  get index(): number {
    return this.#index;
  }

  /** The whole words of what {@linkcode next} gave last. */
  get words(): Int32Array {
    return this.#words[this.#index];
  }
}

/** Checks what comes back on a connection, and finds where each answer ends. */
export interface ReplyCheck {
  /** How many answers have come back whole, and how many bytes were wrong. */
  readonly messages: number;
  readonly wrongBytes: number;
  /** Whether an answer has come back in part. */
  readonly isWithinMessage: boolean;
  /** What comes is no answer at all, and where the next one begins cannot be told. */
  readonly isBroken: boolean;
  /** The server has said that there is no other answer on this connection. */
  readonly isLast: boolean;
  /** How many of `count` bytes can be part of what is owed: so many messages, or so many bytes. */
  wanted(count: number, owedMessages: number, owedBytes: number): number;
  /** Takes the first `count` bytes of a buffer, which is also seen as words. */
  takeWords(
    chunk: Uint8Array,
    chunkWords: Int32Array,
    onMessage: (index: number) => void,
    count: number,
  ): void;
  /** The server has sent its last byte, which ends an answer that has no other end. */
  endOfStream(onMessage: (index: number) => void): void;
}

/** Compares what comes back with what was sent, byte for byte, however it is cut up. */
export class EchoCheck implements ReplyCheck {
  readonly #sequence: Sequence;
  #expected: Uint8Array;
  #expectedWords: Int32Array;
  #offset = 0;
  /** How many bytes were not what was sent. */
  wrongBytes = 0;
  /** How many messages have come back whole. */
  messages = 0;
  readonly isBroken = false;
  readonly isLast = false;

  /** @param sequence with the seed of the one that is sent */
  constructor(sequence: Sequence) {
    this.#sequence = sequence;
    this.#expected = sequence.next();
    this.#expectedWords = sequence.words;
  }

  /** Whether a message has come back in part. */
  get isWithinMessage(): boolean {
    return this.#offset > 0;
  }

  /** Bytes beyond what was sent are wrong, whatever they look like: they are no part of an echo. */
  wanted(count: number, _owedMessages: number, owedBytes: number): number {
    return Math.min(count, owedBytes);
  }

  endOfStream(): void {}

  /**
   * @param chunk holds what came
   * @param onMessage is called for each message that it completes
   * @param count how many bytes came, if they do not fill the chunk
   */
  take(chunk: Uint8Array, onMessage: (index: number) => void, count = chunk.length): void {
    for (let at = 0; at < count;) {
      const length = Math.min(this.#expected.length - this.#offset, count - at);
      this.#compare(chunk, at, 0, length);
      at += length;
      this.#advance(length, onMessage);
    }
  }

  /**
   * As {@linkcode take}, for bytes that are at the beginning of a buffer which is also seen as words.
   * That is faster if they are one message, as in most cases they are.
   */
  takeWords(
    chunk: Uint8Array,
    chunkWords: Int32Array,
    onMessage: (index: number) => void,
    count: number,
  ): void {
    if (this.#offset !== 0 || count !== this.#expected.length) {
      return this.take(chunk, onMessage, count);
    }
    const expected = this.#expectedWords;
    let same = 0;
    while (same < expected.length && chunkWords[same] === expected[same]) same++;
    this.#compare(chunk, 0, same * Int32Array.BYTES_PER_ELEMENT, count);
    this.#advance(count, onMessage);
  }

  /** Compares the bytes `from` to `to` of those at `at` with the ones that are expected next. */
  #compare(chunk: Uint8Array, at: number, from: number, to: number): void {
    const expected = this.#expected;
    const offset = this.#offset;
    let wrong = 0;
    for (let i = from; i < to; i++) if (chunk[at + i] !== expected[offset + i]) wrong++;
    this.wrongBytes += wrong;
  }

  /** `count` more bytes of the message have been compared. */
  #advance(count: number, onMessage: (index: number) => void): void {
    this.#offset += count;
    if (this.#offset < this.#expected.length) return;
    this.#offset = 0;
    this.#expected = this.#sequence.next();
    this.#expectedWords = this.#sequence.words;
    onMessage(this.messages++);
  }
}
