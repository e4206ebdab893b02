import { Durations } from "./durations.ts";
import { type Tally, tally } from "./tally.ts";

export { Durations, PERCENTILES } from "./durations.ts";

/** What a flood counts, as plain numbers. */
export interface Counts {
  /** Clients whose first connection was opened or turned away. */
  clients: number;
  /** Connections that were opened, turned away, served before the end, and lost before it. */
  opened: number;
  refused: number;
  served: number;
  lost: number;
  /** Those of the lost that had not been served before. */
  lostUnserved: number;
  /** Connections that had nothing to send to the end, since no message was due on them. */
  unasked: number;
  /** Connections that were opened in the place of one that was lost or refused. */
  reopened: number;
  /** Connections that were served, and did not get all that they were owed when the flood was over. */
  unanswered: number;
  /** Connections that were served when the flood had waited for all of them, before it warmed up. */
  answered: number;
  /** Connections that their clients closed in order, to open the next. */
  finished: number;
  messagesSent: number;
  messagesEchoed: number;
  /** Messages that were sent and never came back. */
  messagesUnanswered: number;
  /** Those of them whose connections were open, and still waited, when the flood was over. */
  messagesOpen: number;
  /** Messages that were due before the end, because there is a rate, and were not sent. */
  messagesNotSent: number;
  /** Those of them that had been due for longer than a timer may be late. */
  messagesOverdue: number;
  /** Messages that were sent, but later after they were due than {@linkcode LATE_MS}. */
  messagesLate: number;
  bytesSent: number;
  bytesReceived: number;
  wrongBytes: number;
  /** When the last of the served was, for the first time, since the flood began. */
  lastServedMs: number;
}

/** The counts that are added up: those of several threads, or of several intervals. */
const SUMS = [
  ...["clients", "opened", "refused", "served", "lost", "lostUnserved", "unasked"] as const,
  ...["reopened", "unanswered", "answered", "finished"] as const,
  ...["messagesSent", "messagesEchoed", "messagesUnanswered", "messagesOpen"] as const,
  ...["messagesNotSent", "messagesOverdue", "messagesLate"] as const,
  ...["bytesSent", "bytesReceived", "wrongBytes"] as const,
] satisfies (keyof Counts)[];
const TALLIES = ["refusedBy", "lostBy", "statuses"] as const;
/** When something happened first, by the same reasons. */
const FIRSTS = ["firstRefusedMs", "firstLostMs"] as const;
const DURATIONS = [
  ...["connectTimes", "firstAnswers", "roundTrips"] as const,
  ...["outages", "openAges", "connectAges"] as const,
] as const;
/** What counts only once the warm-up is over. */
const SPEEDS = [
  ...["finished", "messagesSent", "messagesEchoed", "messagesLate"] as const,
  ...["bytesSent", "bytesReceived"] as const,
] satisfies (keyof Counts)[];

/** {@linkcode Measurements} in a form that another thread can receive. */
export interface PackedMeasurements {
  readonly counts: Readonly<Counts>;
  readonly tallies: readonly Readonly<Tally>[];
  readonly firsts: readonly Readonly<Tally>[];
  readonly durations: readonly Float64Array[];
}

/** What a flood has counted so far, or in an interval. */
export class Measurements implements Counts {
  readonly connectTimes = new Durations();
  /** From connect(2) to the first answer, without a pause before the message. */
  readonly firstAnswers = new Durations();
  readonly roundTrips = new Durations();
  /** From when a connection was lost or refused until its client had another. */
  readonly outages = new Durations();
  /** How old those messages were, when the flood was over, that a connection still waited for. */
  readonly openAges = new Durations();
  /** How long connections had been in the middle of being opened, when the flood was over. */
  readonly connectAges = new Durations();
  /** Why connections were refused and lost. */
  readonly refusedBy: Tally = {};
  readonly lostBy: Tally = {};
  /** When that happened first, in milliseconds since the flood began. */
  readonly firstRefusedMs: Tally = {};
  readonly firstLostMs: Tally = {};
  /** The answers over HTTP, by their status. */
  readonly statuses: Tally = {};
  clients = 0;
  opened = 0;
  refused = 0;
  served = 0;
  lost = 0;
  lostUnserved = 0;
  unasked = 0;
  reopened = 0;
  unanswered = 0;
  answered = 0;
  finished = 0;
  messagesSent = 0;
  messagesEchoed = 0;
  messagesUnanswered = 0;
  messagesOpen = 0;
  messagesNotSent = 0;
  messagesOverdue = 0;
  messagesLate = 0;
  bytesSent = 0;
  bytesReceived = 0;
  wrongBytes = 0;
  lastServedMs = 0;
  #startedMs = 0;
  /** How many were served since the flood began, whatever was cleared since. */
  #servedSoFar = 0;
  #onOutcome: (connections: number) => void = () => {};

  /**
   * The flood begins.
   *
   * @param onOutcome called when connections are answered for the first time, or fail before
   */
  begin(nowMs: number, onOutcome: (connections: number) => void): void {
    this.#startedMs = nowMs;
    this.#onOutcome = onOutcome;
  }

  /** The flood waits for first answers no longer. */
  endSettling(): void {
    this.answered = this.#servedSoFar;
    this.#onOutcome = () => {};
  }

  /** Forgets how fast it went: what was counted so far was the warm-up. */
  forgetSpeed(): void {
    this.firstAnswers.clear();
    this.roundTrips.clear();
    for (const name of SPEEDS) this[name] = 0;
    forget(this.statuses);
  }

  /**
   * The flood has ended: counts messages that were due until then.
   *
   * @param notSent how many were not sent; none if it is negative
   * @param overdue how many of these were late by more than a message may be
   */
  countUnsent(notSent: number, overdue: number): void {
    this.messagesNotSent += Math.max(0, notSent);
    this.messagesOverdue += Math.max(0, overdue);
  }

  /** A connection was served for the first time. */
  countServed(nowMs: number): void {
    this.served++;
    this.#servedSoFar++;
    this.lastServedMs = nowMs - this.#startedMs;
    this.#onOutcome(1);
  }

  /** Connections were refused; the reason is {@linkcode reasonOf} the error. */
  countRefused(reason: string, nowMs: number, connections = 1): void {
    this.refused += connections;
    tally(this.refusedBy, reason, connections);
    this.firstRefusedMs[reason] ??= nowMs - this.#startedMs;
    this.#onOutcome(connections);
  }

  /** A connection was lost, which had been served before or not. */
  countLost(reason: string, nowMs: number, isServed: boolean): void {
    this.lost++;
    tally(this.lostBy, reason);
    this.firstLostMs[reason] ??= nowMs - this.#startedMs;
    if (isServed) return;
    this.lostUnserved++;
    this.#onOutcome(1);
  }

  /** The plain numbers. */
  get counts(): Counts {
    const counts = { lastServedMs: this.lastServedMs } as Counts; // the others follow
    for (const name of SUMS) counts[name] = this[name];
    return counts;
  }

  /** Adds what was measured elsewhere, or in an interval. */
  add(other: Measurements): void {
    this.#addCounts(other);
    for (const name of TALLIES) addTally(this[name], other[name]);
    for (const name of FIRSTS) addFirsts(this[name], other[name]);
    for (const name of DURATIONS) this[name].add(other[name]);
  }

  /** Forgets all that was counted, but not when the flood began. */
  clear(): void {
    for (const name of SUMS) this[name] = 0;
    this.lastServedMs = 0;
    for (const name of [...TALLIES, ...FIRSTS]) forget(this[name]);
    for (const name of DURATIONS) this[name].clear();
  }

  /** All of it, for {@linkcode addPacked} in another thread. */
  pack(): PackedMeasurements {
    return {
      counts: this.counts,
      tallies: TALLIES.map((name) => ({ ...this[name] })),
      firsts: FIRSTS.map((name) => ({ ...this[name] })),
      durations: DURATIONS.map((name) => this[name].pack()),
    };
  }

  /** Adds what another thread has measured. */
  addPacked({ counts, tallies, firsts, durations }: PackedMeasurements): void {
    this.#addCounts(counts);
    TALLIES.forEach((name, i) => addTally(this[name], tallies[i]));
    FIRSTS.forEach((name, i) => addFirsts(this[name], firsts[i]));
    DURATIONS.forEach((name, i) => this[name].addPacked(durations[i]));
  }

  #addCounts(counts: Readonly<Counts>): void {
    for (const name of SUMS) this[name] += counts[name];
    this.lastServedMs = Math.max(this.lastServedMs, counts.lastServedMs);
  }
}

function addTally(to: Tally, from: Readonly<Tally>): void {
  for (const [reason, count] of Object.entries(from)) tally(to, reason, count);
}

function addFirsts(to: Tally, from: Readonly<Tally>): void {
  for (const [reason, ms] of Object.entries(from)) to[reason] = Math.min(to[reason] ?? ms, ms);
}

function forget(counts: Tally): void {
  for (const reason of Object.keys(counts)) delete counts[reason];
}
