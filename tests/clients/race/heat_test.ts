import { floodServer } from "../../../clients/race/heat.ts";
import { loadOf } from "../../../clients/race/load.ts";
import { freePort } from "../../../clients/target/listening_ports.ts";
import { ServerProcess } from "../../../clients/target/server_process.ts";
import { TALK } from "../../../clients/demo/tour.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { assert, assertEquals } from "../../harness/assert.ts";
import { faultyProgram } from "../../harness/faulty_program.ts";
import { test } from "../../harness/test.ts";

const MINUTE_MS = 60_000;

for (const [when, settleMs] of [["at first", MINUTE_MS], ["while it is measured", 0]] as const) {
  test(`a server that ends ${when} has ended, though its parent is told last`, async () => {
    const port = freePort();
    const command = faultyProgram(port, "dying");
    await using process = await ServerProcess.startProgram(command, port, {
      startTimeoutMs: MINUTE_MS,
    });
    const server = { pid: process.pid, port, ended: process.ended, exited: new Promise(() => {}) };
    const load = { ...loadOf(TALK), conns: 10, warmupMs: 0, settleMs, durationMs: MINUTE_MS };
    const { signal } = new AbortController();
    const heat = await floodServer(server, load, signal, () => Promise.resolve(undefined));
    assert("failure" in heat && heat.failure.kind === "ended");
    assertEquals(heat.failure.end.code, 7);
  }, { ignore: !hasSystemCalls() });
}
