/**
 * What a race comes to, in a sentence.
 *
 * @module
 */

import type { Messages } from "../../cli/messages.ts";
import type { Judgement } from "./judgement.ts";
import type { Standing } from "./standings.ts";
import { showFactor } from "./texts.ts";

/** A sentence is read to the end if it says no more than this; the table has the rest. */
const MAX_CLAUSES = 4;
/** How many names a clause has at most. */
const MAX_NAMES = 6;

type Texts = Messages["race"];

/** Who is better than whom; `undefined` where there are not two to compare, or too few rounds. */
export function conclude(
  judgement: Judgement,
  { verdicts: texts, semicolon }: Texts,
): string | undefined {
  const [best] = judgement.groups();
  const { reference, ranking, verdicts: { level } } = judgement;
  if (best === undefined || reference === undefined || level === undefined) return undefined;
  const clauses = reference === best[0]
    ? fromTheBest(judgement, texts)
    : fromTheReference(judgement, reference, texts);
  if (clauses.length === 0) return undefined;
  return texts.conclusion[ranking === "p99Ms" ? "p99" : "throughput"](
    clauses.slice(0, MAX_CLAUSES).join(semicolon),
  );
}

/** Each group that ties, and how much better it is than the next. */
function fromTheBest(judgement: Judgement, texts: Texts["verdicts"]): string[] {
  const groups = judgement.groups();
  return groups.flatMap((group, index) => [
    ...(group.length > 1 ? [texts.tie(namesOf(group, texts))] : []),
    ...(index + 1 < groups.length
      ? ratioClause(judgement, group[0], groups[index + 1][0], texts)
      : []),
  ]);
}

/** How much better or worse each is than the server that was asked for. */
function fromTheReference(
  judgement: Judgement,
  reference: Standing,
  texts: Texts["verdicts"],
): string[] {
  const of = (...verdicts: string[]) =>
    judgement.standings.filter((one) => verdicts.includes(judgement.verdict(one)));
  const tied = of("tie");
  return [
    ...(tied.length > 0 ? [texts.tie(namesOf([reference, ...tied], texts))] : []),
    ...of("better", "worse").flatMap((one) => ratioClause(judgement, one, reference, texts)),
  ];
}

function ratioClause(
  judgement: Judgement,
  one: Standing,
  other: Standing,
  texts: Texts["verdicts"],
): string[] {
  const ratio = judgement.ratio(one, other);
  if (ratio === undefined) return [];
  const [value, low, high] = [ratio.value, ratio.low, ratio.high].map(showFactor);
  return [texts.ratio(one.entrant.name, other.entrant.name, { value, low, high })];
}

function namesOf(standings: readonly Standing[], texts: Texts["verdicts"]): string[] {
  const names = standings.map(({ entrant }) => entrant.name);
  if (names.length <= MAX_NAMES) return names;
  return [...names.slice(0, MAX_NAMES - 1), texts.others(names.length - MAX_NAMES + 1)];
}
