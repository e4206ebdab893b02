/**
 * Who is better than whom, among the servers that hold the load: serving one client alone is easy.
 *
 * @module
 */

import { type Discipline, DISCIPLINES, type FigureName, FIGURES } from "./figures.ts";
import type { Interval } from "./rounds.ts";
import type { Standing } from "./standings.ts";
import { type Ratio, Verdicts } from "./verdicts.ts";

/**
 * How a server compares with the one that all are compared with: `apart` is who did not hold the load,
 * and `unknown` what so few rounds cannot tell.
 */
export type Verdict = "reference" | "better" | "worse" | "tie" | "unknown" | "apart";

/** Servers in a row that tie with the first of them. */
export type Group = readonly [first: Standing, ...others: Standing[]];

/**
 * What the standings of a race say. The figure that servers are ranked by is judged alone, since that is
 * what a race is about, and all other figures together: so many figures are as many occasions for a
 * false verdict as so many servers are.
 */
export class Judgement {
  readonly standings: readonly Standing[];
  /** The figure that servers are ranked by. */
  readonly ranking: FigureName;
  /** The server that all are compared with: the best, or the one that was asked for if it holds the load. */
  readonly reference: Standing | undefined;
  /** The verdicts on the figure that servers are ranked by. */
  readonly verdicts: Verdicts<FigureName, Standing>;
  readonly #holding: readonly Standing[];
  readonly #others: Verdicts<FigureName, Standing>;

  /** @param baseline the name of the server that all are compared with, in place of the best */
  constructor(standings: readonly Standing[], discipline: Discipline, baseline?: string) {
    const { ranking, others } = DISCIPLINES[discipline];
    this.standings = standings;
    this.ranking = ranking;
    this.#holding = standings.filter(({ holdsLoad }) => holdsLoad);
    this.reference = baseline === undefined
      ? this.#holding[0]
      : this.#holding.find(({ entrant }) => entrant.name === baseline);
    this.verdicts = this.#judge([ranking]);
    this.#others = this.#judge(others);
  }

  /** The interval of a server's figure; unknown where it does not hold the load. */
  interval(standing: Standing, name: FigureName): Interval | undefined {
    return this.#on(name).interval(name, standing);
  }

  /** Whose figure is better than that of everybody else; nobody's where the best of them tie. */
  best(name: FigureName): Standing | undefined {
    // At a fixed rate all get as many messages, and who took a few more by chance is no better.
    if (name === "messagesPerSecond" && name !== this.ranking) return undefined;
    const [first, ...others] = this.#holding.filter(({ figures }) => figures[name] !== undefined)
      .toSorted((a, b) => compareFigures(a, b, name));
    if (first === undefined || others.length === 0) return undefined;
    const isBetter = (other: Standing) =>
      this.#on(name).compare(name, first, other) === FIGURES[name];
    return others.every(isBetter) ? first : undefined;
  }

  /** How a server compares with the {@linkcode reference}, by the figure that servers are ranked by. */
  verdict(standing: Standing): Verdict {
    if (!standing.holdsLoad) return "apart";
    if (this.reference === undefined) return "unknown";
    if (standing === this.reference) return "reference";
    const found = this.verdicts.compare(this.ranking, standing, this.reference);
    if (found === "tie" || found === "unknown") return found;
    return found === FIGURES[this.ranking] ? "better" : "worse";
  }

  /** How many times as much it has as another of the figure that servers are ranked by. */
  ratio(standing: Standing, other = this.reference): Ratio | undefined {
    return other && this.verdicts.ratio(this.ranking, standing, other);
  }

  /** Those that hold the load, from the best on, in groups that tie with their first. */
  groups(): Group[] {
    const groups: [Standing, ...Standing[]][] = [];
    for (const standing of this.#holding) {
      const group = groups.at(-1);
      const isTie = group !== undefined &&
        this.verdicts.compare(this.ranking, group[0], standing) === "tie";
      if (isTie) group.push(standing);
      else groups.push([standing]);
    }
    return groups;
  }

  #on(name: FigureName): Verdicts<FigureName, Standing> {
    return name === this.ranking ? this.verdicts : this.#others;
  }

  #judge(names: readonly FigureName[]): Verdicts<FigureName, Standing> {
    return new Verdicts(
      new Map(names.map((name) => {
        const values = this.#holding.map((one) => [one, valuesOf(one, name)] as const);
        return [name, new Map(values.filter(([, { length }]) => length > 0))];
      })),
    );
  }
}

function compareFigures(a: Standing, b: Standing, name: FigureName): number {
  const difference = (a.figures[name] ?? NaN) - (b.figures[name] ?? NaN);
  return FIGURES[name] === "more" ? -difference : difference;
}

function valuesOf({ heats }: Standing, name: FigureName): number[] {
  return heats.flatMap((heat) => "figures" in heat ? heat.figures[name] ?? [] : []);
}
