/**
 * How often a race of seven short rounds tells a difference between two copies of the same server:
 *
 * ```
 * deno task bench:race select libc    the model and its sockets; epoll libc without
 * ```
 *
 * @module
 */

import process from "node:process";
import { en } from "../../cli/messages/en/mod.ts";
import { programEntrant } from "../../clients/race/entrants.ts";
import { Judgement } from "../../clients/race/judgement.ts";
import { floodThreads, loadOf } from "../../clients/race/load.ts";
import { type Conditions, runRace } from "../../clients/race/race.ts";
import { anySeed } from "../../clients/race/random.ts";
import { makeStandings } from "../../clients/race/standings.ts";
import { showVerdict } from "../../clients/race/texts.ts";
import { untilStopped } from "../../clients/race/until_stopped.ts";
import { commandFor } from "../harness/playground.ts";

const RACES = 40;
const ROUNDS = 7;
/** Of so many races, as many may tell a difference. */
const MAX_DIFFERENT = RACES / 20;

const CONDITIONS: Conditions = {
  discipline: "messages",
  conns: 50,
  sizeBytes: 64,
  durationMs: 200,
  settleMs: 10_000,
  warmupMs: 50,
  rounds: ROUNDS,
  handler: "echo",
  sleepMs: 0,
  cpuMs: 0,
  floodThreads: floodThreads(),
};

const [model = "epoll", sockets = "libc"] = Deno.args;
const serve = ["serve", model, "--sockets", sockets, "--quiet", "--grace", "200ms"];
const [program, args] = commandFor([...serve, "--port", "{port}"]);
const command = [program, ...args].map((word) => `'${word}'`).join(" ");
const copies = ["one", "other"].map((name) => programEntrant(`${name}=${command}`, en))
  .filter((copy) => copy !== undefined);

let different = 0;
await untilStopped(async (signal) => {
  for (let race = 1; race <= RACES; race++) {
    const order = { rounds: ROUNDS, seed: anySeed() };
    const results = await runRace(copies, order, loadOf(CONDITIONS), signal, () => {});
    if (signal.aborted) return;
    const judgement = new Judgement(makeStandings(results, CONDITIONS), CONDITIONS.discipline);
    const [first, second] = judgement.standings;
    if (judgement.verdict(second) !== "tie") different++;
    const { value, low, high } = judgement.ratio(first, second) ?? { value: 0, low: 0, high: 0 };
    const interval = `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
    console.log(`${race}: ${showVerdict(judgement, second, en.race)}, ${interval}`);
  }
  console.log(`${model} ${sockets}: ${different} of ${RACES} races told a difference`);
});
process.exit(different <= MAX_DIFFERENT ? 0 : 1);
