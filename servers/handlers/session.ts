/**
 * What is done with a client's bytes, whatever the model that moves them.
 *
 * @module
 */

/** One answer to a client. */
export interface Answer {
  /**
   * What to send; may be empty. May be a view of the chunk that was received, so whoever keeps it
   * beyond the next `recv` copies it.
   */
  readonly bytes: Uint8Array;
  /** How long to wait before it is sent. How to wait is up to the model. */
  readonly waitMs: number;
  /** Whether the connection ends after this answer. */
  readonly close: boolean;
}

/** What a handler knows of one client. */
export interface Session {
  /**
   * Takes a chunk as it came and gives the answers to it in order, each made when it is asked for:
   * a chunk of a few bytes may ask for megabytes, and they need not exist all at once.
   */
  receive(chunk: Uint8Array): Answers;
}

/**
 * The answers to a chunk, no iterator: that would cost the models five per cent of their speed, for
 * the sake of handlers that have one answer to everything.
 */
export interface Answers {
  /** The next answer, or `undefined` when there is none left. */
  take(): Answer | undefined;
}

/** Begins a session for a new client. */
export type Handler = () => Session;

/** An answer that is sent at once. */
export function answerWith(bytes: Uint8Array, close = false): Answer {
  return { bytes, waitMs: 0, close };
}

/** At most one answer. */
export class OneAnswer implements Answers {
  #answer: Answer | undefined;

  constructor(answer?: Answer) {
    this.#answer = answer;
  }

  take(): Answer | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }
}

/** Answers that a generator makes one by one. */
export class GeneratedAnswers implements Answers {
  readonly #generator: Generator<Answer>;

  constructor(generator: Generator<Answer>) {
    this.#generator = generator;
  }

  take(): Answer | undefined {
    const { done, value } = this.#generator.next();
    return done ? undefined : value;
  }
}

/** Takes the answers one after another, where speed does not matter. */
export function* takeAll(answers: Answers): Generator<Answer> {
  for (let answer; (answer = answers.take()) !== undefined;) yield answer;
}
