/**
 * What a flood sends. Each connection sends a sequence of its own that can be made again from its
 * seed, so what should come back need not be kept.
 *
 * @module
 */

const encoder = new TextEncoder();

/** The messages that a flood chooses from. */
export type Repertoire = readonly Uint8Array[];

/** The numbers from 0 to 100 as text, which the client of the textbook sends. */
export function numbers(): Repertoire {
  return Array.from({ length: 101 }, (_, number) => encoder.encode(String(number)));
}

/** Always the same text. */
export function always(text: string): Repertoire {
  return [encoder.encode(text)];
}

/**
 * A few messages of `sizeBytes` each, of printable characters. They begin differently, and their
 * period is a prime, so that a lost or moved byte shows.
 */
export function ofSize(sizeBytes: number): Repertoire {
  const PERIOD = 89;
  const FIRST = 0x21; // the printable characters of ASCII begin after the space
  return Array.from(
    { length: 7 },
    (_, start) =>
      Uint8Array.from({ length: sizeBytes }, (_, index) => FIRST + (start * 13 + index) % PERIOD),
  );
}

/** One connection's sequence of messages. */
export class Sequence {
  readonly #repertoire: Repertoire;
  #state: number;

  /** @param seed two sequences with the same seed are the same */
  constructor(repertoire: Repertoire, seed: number) {
    this.#repertoire = repertoire;
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
    return this.#repertoire[(x >>> 0) % this.#repertoire.length];
  }
}

/** Compares what comes back with what was sent, byte for byte, however it is cut up. */
export class EchoCheck {
  readonly #sequence: Sequence;
  #expected: Uint8Array;
  #offset = 0;
  /** How many bytes were not what was sent. */
  wrongBytes = 0;
  /** How many messages have come back whole. */
  messages = 0;

  /** @param sequence with the seed of the one that is sent */
  constructor(sequence: Sequence) {
    this.#sequence = sequence;
    this.#expected = sequence.next();
  }

  /** Whether a message has come back in part. */
  get isWithinMessage(): boolean {
    return this.#offset > 0;
  }

  /**
   * @param chunk holds what came
   * @param onMessage is called for each message that it completes
   * @param count how many bytes came, if they do not fill the chunk
   */
  take(chunk: Uint8Array, onMessage: (index: number) => void, count = chunk.length): void {
    let offset = this.#offset;
    for (let at = 0; at < count;) {
      const expected = this.#expected;
      const run = Math.min(expected.length - offset, count - at);
      let wrong = 0;
      for (let i = 0; i < run; i++) if (chunk[at + i] !== expected[offset + i]) wrong++;
      this.wrongBytes += wrong;
      at += run;
      offset += run;
      if (offset < expected.length) break;
      onMessage(this.messages++);
      this.#expected = this.#sequence.next();
      offset = 0;
    }
    this.#offset = offset;
  }
}
