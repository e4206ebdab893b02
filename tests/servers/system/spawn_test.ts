/**
 * Child processes that are started with the system's own calls.
 *
 * @module
 */

import { endOf, type ProcessEnd, sendSignal, spawn } from "../../../servers/system/spawn.ts";
import { hasSystemCalls, systemCalls } from "../../../servers/system/system_calls.ts";
import { SystemCallError } from "../../../servers/system/system_interface.ts";
import { socketPair } from "../../../servers/system/socket_pair.ts";
import { assertEquals, assertThrows } from "../../harness/assert.ts";
import { stillRunning } from "../../harness/processes.ts";
import { test } from "../../harness/test.ts";

const ignore = !hasSystemCalls();
// Libraries are opened once and stay open: within a test that would count as its leak.
if (!ignore) {
  endOf(Deno.pid);
  for (const fd of socketPair()) systemCalls().close(fd);
}
const decoder = new TextDecoder();

test("a spawned program has the descriptors that it was given, and no others", async () => {
  const c = systemCalls();
  const [ours, theirs] = socketPair();
  const [secret, other] = socketPair();
  const script = `ls /proc/self/fd | tr '\\n' ' '; echo "$1 $2"`;
  const pid = spawn({
    command: ["sh", "-c", script, "name", "a b", "ü"],
    descriptors: [theirs, theirs],
  });
  for (const fd of [theirs, secret, other]) c.close(fd);
  let said = "";
  const buffer = new Uint8Array(1_000);
  for (let count; (count = c.recv(ours, buffer, buffer.length, 0)) > 0;) {
    said += decoder.decode(buffer.subarray(0, count));
  }
  c.close(ours);
  const words = said.split(/\s+/);
  for (const fd of [ours, secret, other]) assertEquals(words.includes(String(fd)), false);
  assertEquals(said.endsWith(" a b ü\n"), true);
  assertEquals(await end(pid), { code: 0, signal: null });
}, { ignore });

test("how a spawned program ended is told, and it is no zombie", async () => {
  const failing = spawn({ command: ["sh", "-c", "exit 7"], descriptors: [] });
  assertEquals(await end(failing), { code: 7, signal: null });

  const sleeping = spawn({ command: ["sleep", "60"], descriptors: [] });
  assertEquals(endOf(sleeping), undefined);
  assertEquals(sendSignal(-sleeping, "SIGKILL"), true); // it leads a session, and so a group
  assertEquals(await end(sleeping), { code: 137, signal: "SIGKILL" });
  assertEquals(sendSignal(sleeping, "SIGKILL"), false);
  assertEquals(await stillRunning([failing, sleeping]), []);
}, { ignore });

test("signals are to a spawned program what they are to any", async () => {
  // This process ignores SIGPIPE.
  const pid = spawn({ command: ["sh", "-c", "kill -PIPE $$; exit 3"], descriptors: [] });
  assertEquals((await end(pid)).signal, "SIGPIPE");

  const deaf = spawn({ command: ["sleep", "60"], descriptors: [], blockedSignals: ["SIGTERM"] });
  sendSignal(deaf, "SIGTERM");
  sendSignal(deaf, "SIGINT");
  assertEquals((await end(deaf)).signal, "SIGINT");
}, { ignore });

test("a program that is not there is an error of the call", () => {
  const error = assertThrows(
    () => spawn({ command: ["no-such-program"], descriptors: [] }),
    SystemCallError,
  );
  assertEquals(error.code, "ENOENT");
  return Promise.resolve();
}, { ignore });

async function end(pid: number): Promise<ProcessEnd> {
  for (;;) {
    const ended = endOf(pid);
    if (ended !== undefined) return ended;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("a spawned program has the variables of this process, and others in their place", async () => {
  const environment = ["PLAYGROUND_TEST=a b", "PATH=/usr/bin:/bin"];
  const script = `env | grep -c '^PATH=' && env | grep -qx 'PLAYGROUND_TEST=a b' &&
    [ "$PATH" = /usr/bin:/bin ] && [ "$HOME" = "$1" ]`;
  const home = Deno.env.get("HOME") ?? "";
  const [ours, theirs] = socketPair();
  const descriptors = [undefined, theirs];
  const pid = spawn({ command: ["sh", "-c", script, "sh", home], descriptors, environment });
  systemCalls().close(theirs);
  const buffer = new Uint8Array(100);
  const count = systemCalls().recv(ours, buffer, buffer.length, 0);
  systemCalls().close(ours);
  assertEquals(await end(pid), { code: 0, signal: null });
  assertEquals(decoder.decode(buffer.subarray(0, count)), "1\n");
}, { ignore });
