/**
 * A stage that repeats what was recorded on a live one: the journal of a chapter, see journal.ts. The
 * engine that asks it for the same actions gets the same frames in the same order, and so measures the
 * same.
 *
 * @module
 */

/** Nothing in a run takes longer, so a longer pause is one between two runs. */
const MAX_PAUSE_MS = 2_000;
/** What a command has printed comes this fast. */
const LINE_MS = 40;

/**
 * A line of the journal: something that happened, a mark of the engine, or what an action has printed.
 *
 * @typedef {{ hello?: object, frame?: { timeMs: number }, step?: number, begin?: Place, done?: Place, until?: Place,
 *   end?: number, printed?: Place, lines?: Record<string, string[]> }} Entry
 * @typedef {readonly [step: number, action: number]} Place
 */

/** A stage that plays a journal. */
export class RecordedStage {
  /** @type {Promise<Entry[]>} */
  #journal;
  #witness;
  /** The entry that comes next. */
  #at = 0;
  #isHurried = false;
  #isRushed = false;
  #isOver = false;
  /** Ends the pause in progress. */
  #wake = () => {};
  #playedMs = 0;
  #isGoing = false;
  /** @type {Promise<void>} */
  #work = Promise.resolve();

  /**
   * @param {Promise<Entry[]>} journal
   * @param {import("./live_stage.js").Witness} witness
   */
  constructor(journal, witness) {
    this.#journal = journal;
    this.#witness = witness;
    journal.then(() => this.#witness.onKey(""), () => {}); // `perform` rejects with it
  }

  /** Goes to where a step begins; all that comes before comes at once. @param {number} step */
  async begin(step) {
    this.#isRushed = true;
    this.#wake();
    await this.#inTurn(async (journal) => {
      const begin = journal.findIndex((entry) => entry.step === step);
      if (begin < 0) throw new Error("this step was not recorded");
      if (begin < this.#at || hasServer(journal, this.#at, begin)) this.#at = begin;
      await this.#playUntil(journal, (entry) => entry.step === step);
      this.#at++;
    });
    this.#isRushed = false;
  }

  /** See {@linkcode import("./engine.js").Stage}. */
  perform(step, action) {
    return this.#inTurn(async (journal) => {
      if (journal.some((entry) => isAt(entry.done, step, action))) {
        await this.#playUntil(journal, (entry) => isAt(entry.done, step, action));
        this.#at++;
      }
      const printed = journal.filter((entry) => isAt(entry.printed, step, action)); // one a language
      const lines = printed.flatMap((entry) => entry.lines?.[document.documentElement.lang] ?? []);
      for (const line of lines) {
        this.#witness.onLine(line);
        await this.#pause(LINE_MS);
      }
    });
  }

  /** Frames are awaited: plays on, until the next thing that the engine does. */
  goOn() {
    if (this.#isGoing) return;
    this.#isGoing = true;
    this.#inTurn(async (journal) => {
      await this.#playUntil(journal, ({ begin, end }) => begin !== undefined || end !== undefined);
      this.#isGoing = false;
    });
  }

  /** Shows how it goes on after a step, as far as that was recorded. */
  rest() {
    this.#inTurn((journal) => this.#playUntil(journal, ({ step }) => step !== undefined));
  }

  /** Whether all comes at once, without pauses. */
  hurry(isHurried) {
    this.#isHurried = isHurried;
    if (isHurried) this.#wake();
  }

  close() {
    this.#isOver = true;
    this.#wake();
  }

  #inTurn(work) {
    return this.#work = this.#work.catch(() => {}).then(async () =>
      await work(await this.#journal)
    );
  }

  /** Plays entries up to one, which comes next then. */
  async #playUntil(journal, isLast) {
    while (this.#at < journal.length && !this.#isOver && !isLast(journal[this.#at])) {
      await this.#play(journal[this.#at++]);
      // However hurried: the engine has to notice each frame before the next one.
      if (this.#isGoing) await new Promise((resolve) => setTimeout(resolve));
    }
  }

  async #play({ hello, frame }) {
    if (hello !== undefined) this.#witness.onHello(hello);
    if (frame === undefined) return;
    const pauseMs = frame.timeMs - this.#playedMs;
    if (pauseMs > 0 && pauseMs < MAX_PAUSE_MS) await this.#pause(pauseMs);
    this.#playedMs = frame.timeMs;
    if (!this.#isOver) this.#witness.onFrame(frame);
  }

  async #pause(ms) {
    if (this.#isHurried || this.#isRushed || this.#isOver) return;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}

function isAt(place, step, action) {
  return place?.[0] === step && place[1] === action;
}

/** Whether another server was started between two entries. */
function hasServer(journal, from, to) {
  return journal.slice(from, to).some(({ hello }) => hello !== undefined);
}
