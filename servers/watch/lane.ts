import { ACTIVITIES, type Activity, type Phase, roundToMicroseconds } from "./frames.ts";

/** What a lane does, and for which client; 0 for none. */
export interface Doing {
  readonly activity: Activity;
  readonly client: number;
}

/**
 * What one thread, process or loop does, one thing after the other. Mostly a record tells what has just
 * ended; what the lane does since then, only the next record says.
 */
export class Lane {
  #doing: Doing;
  #sinceMs: number;
  /** Since when it is not known what the lane does. */
  #openMs: number | undefined = undefined;
  /** The time of the last record. */
  #lastMs: number;
  /** Whether there was a record since the last {@linkcode settle}, and one after a gap. */
  #isActive = false;
  #hasSeenGap = false;
  /** Whether there was a gap before the last {@linkcode settle}. */
  #hadGap = false;
  /** Whether nothing was left out, and nothing has happened, between the last two of these. */
  #wasQuiet = true;
  #settledMs = 0;
  /** While it is asleep: until when. */
  #dueMs = Infinity;
  /** A call that waits has returned with something, so the lane does not wait any more. */
  #hasReturned = false;
  /** How much of what it has returned with has not been received or accepted yet. */
  #readyLeft = 0;
  /** A reply was computed, and is to be sent. */
  #hasReply = false;
  /** While it is held up: what it goes on with; `undefined` if only the next record says that. */
  #heldIn: Doing | undefined = undefined;

  /**
   * @param number see `Phase`
   * @param worker its number in the trace
   * @param idle what it does between two records, unless they say otherwise
   * @param timeMs when it began, in milliseconds since the epoch
   * @param onPhase is called with all that it does
   */
  constructor(
    readonly number: number,
    readonly worker: number,
    public idle: Doing,
    timeMs: number,
    private readonly onPhase: (phase: Phase) => void,
  ) {
    this.#doing = idle;
    this.#sinceMs = this.#lastMs = timeMs;
    this.#add();
  }

  /** What it does at present, as far as that is known. */
  get doing(): Doing {
    return this.#doing;
  }

  /** The same, and since when. */
  get phase(): Phase {
    const { activity, client } = this.#doing;
    return [roundToMicroseconds(this.#sinceMs), this.number, ACTIVITIES.indexOf(activity), client];
  }

  /** A record says that something begins. */
  begin(activity: Activity, client: number, timeMs: number): void {
    this.#close(timeMs);
    this.#enter({ activity, client }, timeMs);
    this.#noteRecord(timeMs);
  }

  /** A record says that something has ended that took all the time since the record before. */
  end(activity: Activity, client: number, timeMs: number): void {
    const { activity: now, client: nowFor } = this.#doing;
    // Nobody knows beforehand whom it accepts.
    const isSame = now === activity && (nowFor === client || now === "accept");
    const goesOn = isSame && this.#openMs === undefined;
    if (!goesOn) {
      const isAwake = now === "sleep" && this.#dueMs < timeMs;
      this.#enter({ activity, client }, isAwake ? this.#dueMs : this.#openMs ?? timeMs);
    }
    const isReply = activity === "handle" || activity === "send" && this.#hasReply;
    if (!isReply) this.#readyLeft--;
    this.leave(timeMs);
  }

  /** The handler ends here, and its reply is sent next. */
  replied(client: number, timeMs: number): void {
    this.end("handle", client, timeMs);
    this.#hasReply = true;
  }

  /** What it did ends here, and what comes next is not known yet. */
  leave(timeMs: number): void {
    this.#openMs = timeMs;
    this.#hasReturned = this.#hasReply = false;
    this.#noteRecord(timeMs);
  }

  /** The call in which it waits returns. */
  returned(timeMs: number, ready: number): void {
    this.#close(timeMs);
    this.leave(timeMs);
    this.#hasReturned = ready > 0;
    this.#readyLeft = ready;
  }

  /** It sleeps until then. */
  sleep(client: number, timeMs: number, dueMs: number): void {
    this.end("handle", client, timeMs);
    this.begin("sleep", client, timeMs);
    this.#dueMs = dueMs;
  }

  /** The view holds it up, until it is {@linkcode free}. */
  hold(timeMs: number): void {
    if (this.#isHeld) return;
    if (!this.#isBusy) this.#close(timeMs);
    this.#heldIn = this.#openMs === undefined ? this.#doing : undefined;
    this.#enter({ activity: "held", client: this.#doing.client }, this.#openMs ?? timeMs);
    this.#openMs = undefined;
    this.#noteRecord(timeMs);
  }

  /** It goes on with what it did. */
  free(timeMs: number): void {
    if (!this.#isHeld) return;
    if (this.#heldIn === undefined) this.#openMs = timeMs;
    else this.#enter(this.#heldIn, timeMs);
    this.#noteRecord(timeMs);
  }

  get #isHeld(): boolean {
    return this.#doing.activity === "held";
  }

  /** It was idle since the last record, which is not said where nothing returns. */
  wasIdle(timeMs: number): void {
    this.#close(timeMs);
  }

  /** Whether there was a record since the last {@linkcode settle}. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** A record says that its writer has left out others: what was done since the last one is not known. */
  isAfterGap(): void {
    if (this.#wasQuiet && !this.#isActive) return; // that was long ago
    this.#doubt();
    this.#hasSeenGap = true;
  }

  /**
   * There are no more records for now.
   *
   * @param hasGap whether there were records of this lane since the last call that were left out
   */
  settle(timeMs: number, hasGap: boolean): void {
    const { activity, client } = this.#doing;
    // The gap that a record has told of is this one, unless that one was known before.
    if (hasGap && (!this.#hasSeenGap || this.#hadGap) && !this.#isHeld) this.#doubt();
    else if (activity === "untraced" && !hasGap && !this.#isActive) {
      this.#enter(this.idle, timeMs);
    } else if (activity === "sleep" && this.#dueMs < timeMs) {
      this.#enter({ activity: "send", client }, this.#dueMs);
    } else if (!this.#isBusy) this.#close(Infinity);
    this.#wasQuiet = !hasGap && !this.#isActive;
    this.#isActive = this.#hasSeenGap = false;
    this.#hadGap = hasGap;
    this.#settledMs = timeMs;
  }

  /** Whether it has work, though no record says so. What was ready may also lead to no record at all. */
  get #isBusy(): boolean {
    return this.#hasReturned || this.#isActive && (this.#hasReply || this.#readyLeft > 0);
  }

  /** Since the last record it was idle, if nothing else is known. */
  #close(timeMs: number): void {
    const sinceMs = this.#openMs;
    this.#openMs = undefined;
    if (sinceMs !== undefined && sinceMs < timeMs) this.#enter(this.idle, sinceMs);
  }

  /** Up to the last call of {@linkcode settle} all is known that can be. */
  #doubt(): void {
    if (this.#doing.activity === "ended") return;
    this.#enter({ activity: "untraced", client: 0 }, Math.max(this.#lastMs, this.#settledMs));
    this.#openMs = undefined;
  }

  #noteRecord(timeMs: number): void {
    this.#lastMs = Math.max(this.#lastMs, timeMs);
    this.#isActive = true;
  }

  #enter(doing: Doing, timeMs: number): void {
    this.#dueMs = Infinity;
    const { activity, client } = this.#doing;
    this.#doing = doing;
    if (activity === doing.activity && client === doing.client) return;
    this.#sinceMs = Math.max(this.#sinceMs, timeMs);
    this.#add();
  }

  #add(): void {
    this.onPhase(this.phase);
  }
}
