import { RefusedError } from "../../../cli/errors.ts";
import { enLab } from "../../../cli/messages/en/lab_experiments.ts";
import { WrongAnswerError } from "../../../clients/lab/client.ts";
import type { Findings } from "../../../clients/lab/experiment.ts";
import { attempt } from "../../../clients/lab/outcome.ts";
import { ConnectionReset } from "../../../servers/sockets/interface.ts";
import { SystemCallError } from "../../../servers/system/system_interface.ts";
import { assertEquals, assertRejects } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const FINDINGS: Findings = { observations: { seen: 1 }, lines: [], expectations: [] };

function failing(error: unknown): { run(): Promise<Findings> } {
  return { run: () => Promise.reject(error) };
}

Deno.test("a claim holds when all expectations are met, and otherwise the first says why", async () => {
  const run = (...expectations: Findings["expectations"]) =>
    attempt({ run: () => Promise.resolve({ ...FINDINGS, expectations }) }, enLab);
  const met = { isMet: true, otherwise: "it would not be" };
  const unmet = (otherwise: string) => ({ isMet: false, otherwise });
  assertEquals((await run(met, met)).verdict, "holds");
  const outcome = await run(met, unmet("of this"), unmet("of that"));
  assertEquals(outcome.verdict === "does-not-hold" && outcome.reason, "of this");
});

Deno.test("what the machine refuses is an experiment that could not be run", async () => {
  const refused: [unknown, string][] = [
    [new RefusedError("no"), "no"],
    [new SystemCallError("socket", 24), "socket: EMFILE (24)"],
    [new ConnectionReset("gone"), "gone"],
    [new WrongAnswerError("hello", ""), enLab.needs.answer("hello", "")],
  ];
  for (const [error, reason] of refused) {
    assertEquals(await attempt(failing(error), enLab), { verdict: "not-run", reason });
  }
});

Deno.test("an experiment that does not come to its end could not be run", async () => {
  const endless = { run: () => new Promise<never>(() => {}) };
  const reason = enLab.needs.time(20);
  assertEquals(await attempt(endless, enLab, 20), { verdict: "not-run", reason });
});

Deno.test("a mistake of ours is thrown", async () => {
  await assertRejects(() => attempt(failing(new RangeError("oops")), enLab), RangeError, "oops");
});
