/**
 * The words and figures of a race, as people read them.
 *
 * @module
 */

import { formatBytes } from "../../cli/bytes.ts";
import type { Messages } from "../../cli/messages.ts";
import { formatMs } from "../../cli/milliseconds.ts";
import { tallied } from "../flood/tally.ts";
import type { ServerEnd } from "../target/server_process.ts";
import type { FigureName } from "./figures.ts";
import { type Faults, isFaulty } from "./faults.ts";
import { type Failure, type Heat, START_TIMEOUT_MS } from "./heat.ts";
import type { Judgement } from "./judgement.ts";
import type { Conditions } from "./race.ts";
import { RATE_IS_KEPT, type Standing } from "./standings.ts";

type Texts = Messages["race"];

/** Shown for an unknown figure. */
const UNKNOWN = "-";

/** What was the same for all. */
export function describeConditions(conditions: Conditions, texts: Texts): string {
  const { conns, connectionsEach, sizeBytes, rounds, durationMs, warmupMs, http } = conditions;
  const size = formatBytes(sizeBytes);
  if (connectionsEach !== undefined) {
    return texts.churnLoad({ conns, each: connectionsEach, rounds, size });
  }
  const load = texts.load({
    conns,
    rounds,
    what: http === undefined ? texts.messagesOf(size) : `GET ${http}`,
    duration: showDuration(durationMs),
    warmup: showDuration(warmupMs),
  });
  return `${load}${texts.semicolon}${describePace(conditions, texts)}`;
}

/** Whether all were asked as fast as they answer, or at the same rate. */
function describePace({ conns, rate }: Conditions, { pace }: Texts): string {
  if (rate === undefined) return pace.closed;
  return pace.rate(Number((rate * conns).toPrecision(3)));
}

/** A figure of an entrant; in place of a throughput with faults, which fault. */
export function showFigure(standing: Standing, name: FigureName, texts: Texts): string {
  const { figures, conns, faults, failure, ranking } = standing;
  const value = figures[name];
  if (figures.served === undefined && failure !== undefined) {
    return name === ranking ? texts.fault.failed : UNKNOWN;
  }
  if (name === ranking && isFaulty(faults)) {
    if (faults.wrongBytes > 0) return texts.fault.wrong;
    if (faults.notSuccessful > 0) return texts.fault.status;
    return faults.unanswered > 0 ? texts.fault.unanswered : texts.fault.lost;
  }
  if (value === undefined) {
    return name === "allServedMs" || name === "runMs" ? showAnswered(standing, texts) : UNKNOWN;
  }
  return showValue(name, value, conns);
}

/** A figure with its unit; `conns` is how many connections there were to be served. */
export function showValue(name: FigureName, value: number, conns = value): string {
  switch (name) {
    case "served":
      // By HTTP, a server may close a connection after each answer, and get another one.
      return value >= conns ? String(conns) : `${value}/${conns}`;
    case "allServedMs":
    case "runMs":
    case "firstAnswerP50Ms":
    case "firstAnswerP99Ms":
    case "firstAnswerP999Ms":
    case "p50Ms":
    case "p99Ms":
    case "p999Ms":
      return formatMs(value);
    case "peakMemoryBytes":
    case "memoryPerClientBytes":
      return formatBytes(value);
    case "cpuSecondsPerMillion":
    case "switchesPerThousand":
    case "wakeUpsPerThousand":
      return threeDigits(value);
    case "messagesPerSecond":
    case "connectionsPerSecond":
    case "threads":
    case "processes":
      return Math.round(value).toLocaleString("en-US");
  }
}

/** The figure of one round; nothing for a round that failed. */
export function showRound(heat: Heat, name: FigureName, conns: number, texts: Texts): string {
  const value = "figures" in heat ? heat.figures[name] : undefined;
  return value === undefined ? texts.fault.failed : showValue(name, value, conns);
}

/** How many connections had an answer; if others were waited for, for how long. */
export function showAnswered(
  { answered, conns, waitedMs, faults }: Standing,
  texts: Texts,
): string {
  const isWaitedFor = answered + tallied(faults.refusedBy) + tallied(faults.lostBy) < conns;
  return texts.answered(answered, conns, isWaitedFor ? showDuration(waitedMs) : undefined);
}

/** How far apart its rounds are. */
export function showSpread({ spread }: Standing): string {
  return spread === undefined ? UNKNOWN : `±${(spread * 100).toFixed(1)} %`;
}

/** How it compares with the server that all are compared with. */
export function showVerdict(judgement: Judgement, standing: Standing, texts: Texts): string {
  const verdict = judgement.verdict(standing);
  if (verdict === "reference") return "1";
  if (verdict === "tie") return texts.verdicts.tied;
  const ratio = verdict === "apart" ? undefined : judgement.ratio(standing);
  if (ratio === undefined) return UNKNOWN;
  return `${showFactor(ratio.value)} (${showFactor(ratio.low)}–${showFactor(ratio.high)})`;
}

/** How many times as much. */
export function showFactor(factor: number): string {
  if (factor >= 99.5) return Math.round(factor).toLocaleString("en-US");
  return factor >= 0.995 ? factor.toFixed(factor < 9.95 ? 2 : 1) : factor.toPrecision(2);
}

/** Why a server could not be measured. */
export function describeFailure(failure: Failure, conns: number, messages: Messages): string {
  const texts = messages.race;
  switch (failure.kind) {
    case "ended-early":
      return texts.endedEarly(describeEnd(failure.end, texts));
    case "ended":
      return texts.ended(describeEnd(failure.end, texts));
    case "silent":
      return texts.silent(String(START_TIMEOUT_MS / 1_000));
    case "not-served": {
      const { opened, faults } = failure;
      return texts.listed([texts.notServed(opened, conns), ...describeFaults(faults, messages)]);
    }
  }
}

/** What went wrong with its connections, each thing with its number. */
export function describeFaults(faults: Faults, { flood, race }: Messages): string[] {
  const { refusedBy, lostBy, unanswered, wrongBytes, notSuccessful } = faults;
  return [
    ...Object.entries(refusedBy).map(([reason, count]) =>
      race.refused(count, flood.refusal(reason, "libc"))
    ),
    ...describeLosses(lostBy, flood),
    ...(unanswered > 0 ? [race.unansweredCount(unanswered)] : []),
    ...(wrongBytes > 0 ? [race.wrongCount(wrongBytes)] : []),
    ...(notSuccessful > 0 ? [race.statusCount(notSuccessful)] : []),
  ];
}

function describeLosses(lostBy: Faults["lostBy"], flood: Messages["flood"]): string[] {
  return Object.entries(lostBy).map(([reason, count]) => `${count} ${flood.loss(reason)}`);
}

/** What must be known to understand the figures: a line for each thing. */
export function describeNotes(judgement: Judgement, messages: Messages): string[] {
  const texts = messages.race;
  const { standings } = judgement;
  const measured = standings.filter(({ figures }) => figures.served !== undefined);
  const note = (
    say: (who: string) => string,
    concerns: (standing: Standing) => boolean,
    detail?: (standing: Standing) => string,
  ) => {
    const who = measured.filter(concerns).map((one) =>
      detail === undefined ? one.entrant.name : one.entrant.name + texts.inBrackets(detail(one))
    );
    return who.length === 0 ? [] : [say(texts.listed(who))];
  };
  const count = (say: (who: string) => string, countOf: (standing: Standing) => number) =>
    note(say, (one) => countOf(one) > 0, (one) => String(countOf(one)));
  return [
    ...note(
      texts.unserved,
      ({ answered, holdsLoad, conns, heats }) =>
        answered !== conns || !holdsLoad &&
          heats.some((one) => "counts" in one && one.counts.served < conns),
      (standing) => showAnswered(standing, texts),
    ),
    ...note(
      texts.lost,
      ({ faults }) => tallied(faults.lostBy) > 0,
      ({ faults }) => texts.listed(describeLosses(faults.lostBy, messages.flood)),
    ),
    ...count(texts.unanswered, ({ faults }) => faults.unanswered),
    ...count(texts.wrong, ({ faults }) => faults.wrongBytes),
    ...count(texts.status, ({ faults }) => faults.notSuccessful),
    ...note(
      texts.rateNotKept,
      ({ ratePart }) => ratePart < RATE_IS_KEPT,
      ({ ratePart }) => `${(ratePart * 100).toFixed(1)} %`,
    ),
    ...whyNoVerdicts(judgement, texts),
    ...note(texts.wideSpread, ({ isSpreadWide }) => isSpreadWide),
    ...note(texts.floodLimit, ({ isLimitedByFlood }) => isLimitedByFlood),
  ];
}

/** Why servers are not compared; nothing where they are, or where there are not two of them. */
function whyNoVerdicts({ standings, reference, verdicts }: Judgement, texts: Texts): string[] {
  const holding = standings.filter(({ holdsLoad }) => holdsLoad).length;
  const isFew = holding > 1 && verdicts.level === undefined;
  return [
    ...(holding > 0 && reference === undefined ? [texts.baselineApart] : []),
    ...(isFew ? [texts.fewRounds(holding, verdicts.roundsNeeded)] : []),
  ];
}

/** How a server ended, and its last line of standard error. */
function describeEnd({ code, signal, errorLines }: ServerEnd, texts: Texts): string {
  const how = signal === null ? texts.exit(code) : texts.killed(signal);
  const last = errorLines.findLast((line) => line.trim() !== "");
  return last === undefined ? how : `${how}, ${last.trim()}`;
}

/** A duration that was typed, which is exact. */
function showDuration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
}

function threeDigits(value: number): string {
  if (value >= 999.5) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}
