/**
 * How often a race tells a difference where there is none, and finds one where there is.
 *
 * @module
 */

import { shuffle } from "simple-statistics";
import { randomFrom } from "../../../clients/race/random.ts";
import { lowestLevel, Rounds } from "../../../clients/race/rounds.ts";
import { FALSE_PART, Verdicts } from "../../../clients/race/verdicts.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const random = randomFrom(20_261_126);

/** Box and Muller: a number of the normal distribution with deviation 1. */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What a machine does to `heats` heats that run one after another, as parts by which they are slower. */
type Noise = (heats: number) => number[];

/** Noise in which each value goes on from the one before it. */
function carriedOn(share: number, deviation: number): Noise {
  return (heats) => {
    let state = normal() * deviation / Math.sqrt(1 - share ** 2);
    return Array.from({ length: heats }, () => state = share * state + normal() * deviation);
  };
}

const NOISES: Readonly<Record<string, Noise>> = {
  normal: carriedOn(0, 0.05),
  "carried on": carriedOn(0.5, 0.05),
  "carried on for long": carriedOn(0.95, 0.05),
  drifting: (heats) => Array.from({ length: heats }, (_, at) => at / heats + normal() * 0.02),
  "with outliers": (heats) =>
    Array.from({ length: heats }, () => normal() * 0.02 + (random() < 0.15 ? random() : 0)),
  "busy now and then": (heats) => {
    let isBusy = false;
    return Array.from({ length: heats }, () => {
      if (random() < 0.2) isBusy = !isBusy;
      return normal() * 0.02 + (isBusy ? 0.5 : 0);
    });
  },
  "without a mean": (heats) =>
    Array.from({ length: heats }, () => Math.tan(Math.PI * (random() - 0.5)) / 500),
};

/** Races servers of which one takes `factor` times as many messages a second, and the others are equal. */
function race(
  { servers, rounds, factor = 1 }: { servers: number; rounds: number; factor?: number },
  noise: Noise,
): Verdicts<string, number> {
  const values = new Map(Array.from({ length: servers }, (_, server) => [server, [] as number[]]));
  const heats = noise(servers * rounds);
  for (let round = 0; round < rounds; round++) {
    for (const [server, itsValues] of shuffle([...values], random)) {
      const slower = heats.pop() ?? 0;
      itsValues.push(10_000 * Math.exp(-slower) * (server === 0 ? factor : 1));
    }
  }
  return new Verdicts(new Map([["speed", values]]));
}

/** In which part of some races any two servers differ. */
function partWithDifference(
  races: number,
  conditions: { servers: number; rounds: number; factor?: number },
  noise: Noise,
): number {
  let found = 0;
  for (let i = 0; i < races; i++) {
    const verdicts = race(conditions, noise);
    const all = Array.from({ length: conditions.servers }, (_, server) => server);
    const isAny = all.some((one) =>
      all.slice(one + 1).some((other) =>
        ["more", "less"].includes(verdicts.compare("speed", one, other))
      )
    );
    if (isAny) found++;
  }
  return found / races;
}

for (const [name, noise] of Object.entries(NOISES)) {
  Deno.test(`two copies of a server tie in 19 of 20 races at least: noise ${name}`, () => {
    for (const rounds of [4, 5, 7, 10]) {
      const part = partWithDifference(rounds === 7 ? 1_500 : 500, { servers: 2, rounds }, noise);
      assertLess(part, FALSE_PART, `${rounds} rounds`);
    }
  });

  Deno.test(`however many copies race, 19 of 20 races tell no difference: noise ${name}`, () => {
    for (const [servers, races] of [[3, 400], [22, 40]]) {
      const part = partWithDifference(races, { servers, rounds: 7 }, noise);
      // So few races of so many servers have a part that chance moves by three percent.
      assertLess(part, FALSE_PART + (servers > 5 ? 0.06 : 0.01), `${servers} servers`);
    }
  });
}

Deno.test("two equal servers tie among others that differ, too", () => {
  let differing = 0;
  const races = 400;
  for (let i = 0; i < races; i++) {
    const values = new Map(Array.from({ length: 22 }, (_, server) => {
      const speed = 10_000 * Math.max(1, server) ** 2; // the first two are the same
      return [server, Array.from({ length: 7 }, () => speed * Math.exp(normal() * 0.05))];
    }));
    const verdicts = new Verdicts(new Map([["speed", values]]));
    if (verdicts.compare("speed", 0, 1) !== "tie") differing++;
    assertEquals(verdicts.compare("speed", 21, 1), "more");
  }
  assertLess(differing / races, FALSE_PART);
});

Deno.test("a server that is faster by a third wins, even where a round in seven is spoiled", () => {
  const spoiled = NOISES["with outliers"];
  assertGreater(partWithDifference(500, { servers: 2, rounds: 7, factor: 1.33 }, spoiled), 0.75);
  assertGreater(
    partWithDifference(500, { servers: 2, rounds: 7, factor: 1.2 }, NOISES.normal),
    0.9,
  );
});

Deno.test("the interval has the median, and is as wide as the rounds are apart", () => {
  const values = [105, 98, 100, 101, 99, 102, 40];
  const { low, high } = new Rounds(values).interval(FALSE_PART);
  assertEquals([low, high], [98, 102], "one spoiled round does not move it");
  const all = new Rounds(values).interval(0.001);
  assertEquals([all.low, all.high], [40, 105]);
  assertEquals(new Rounds(values).interval(FALSE_PART), { low, high }, "it can be repeated");
});

Deno.test("the ratio includes 1 where the intervals overlap, and only there", () => {
  for (let i = 0; i < 300; i++) {
    const verdicts = race({ servers: 4, rounds: 7, factor: 1 + random() / 3 }, NOISES.normal);
    for (const other of [1, 2, 3]) {
      const ratio = verdicts.ratio("speed", 0, other);
      const [one, its] = [verdicts.interval("speed", 0), verdicts.interval("speed", other)];
      assert(ratio !== undefined && one !== undefined && its !== undefined);
      const isTie = verdicts.compare("speed", 0, other) === "tie";
      assertEquals(isTie, ratio.low <= 1 && ratio.high >= 1);
      assertEquals(isTie, one.low <= its.high && its.low <= one.high);
      assert(ratio.low <= ratio.value && ratio.value <= ratio.high);
    }
  }
});

Deno.test("so few rounds tell nothing, and it is known how many it takes", () => {
  const three = race({ servers: 2, rounds: 3, factor: 10 }, NOISES.normal);
  assertEquals(three.compare("speed", 0, 1), "unknown");
  assertEquals([three.level, three.roundsNeeded], [undefined, 4]);
  assertEquals(race({ servers: 2, rounds: 4, factor: 10 }, NOISES.normal).level, FALSE_PART);
  assertLess(lowestLevel(4, 4), FALSE_PART);
  assertLess(FALSE_PART, lowestLevel(3, 3));
});

Deno.test("where nobody, or one alone, is to be judged there is nothing to tell", () => {
  const none = new Verdicts<string, number>(new Map([["speed", new Map()]]));
  assertEquals(none.compare("speed", 0, 1), "unknown");
  const one = new Verdicts(new Map([["speed", new Map([[0, [1, 2, 3, 4]]])]]));
  assertEquals([one.compare("speed", 0, 0), one.interval("speed", 0)?.low], ["tie", 1]);
});
