/**
 * Floods from several machines at once, as README of the room shows it: over ssh with GNU parallel. It
 * runs alone: Chromium gives up what it is loading whenever a network interface comes or goes.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../../harness/assert.ts";
import { commandFor, Server } from "../../harness/playground.ts";
import { canMakeHosts, RemoteHosts } from "../../harness/remote_hosts.ts";
import { test } from "../../harness/test.ts";

const README = new URL("../../../clients/merge/README.md", import.meta.url);

/**
 * The example with parallel, shorter than it is there.
 *
 * @param inSeconds when the floods begin, by which all of them must have started
 */
async function example(host: string, inSeconds: number): Promise<string> {
  const blocks = (await Deno.readTextFile(README)).matchAll(/```sh\n(.*?)```/gs);
  const found = [...blocks].map(([, block]) => block).find((block) => block.includes("parallel"));
  assert(found !== undefined);
  const changes = {
    "+10 seconds": `+${inSeconds} seconds`,
    "server.example": `${host} --port $PORT`,
    "--conns 1000 --duration 30s": "--conns 5 --duration 500ms --rate 100",
  };
  return Object.entries(changes).reduce((text, [from, to]) => {
    assert(text.includes(from), from);
    return text.replaceAll(from, to);
  }, found);
}

test("three machines that parallel starts over ssh are one flood", async () => {
  const [program, args] = commandFor([]);
  const words = [program, ...args].map((word) => `'${word}'`).join(" ");
  const beganMs = performance.now();
  await using server = await Server.start(["epoll", "--quiet", "--host", "0.0.0.0"]);
  const startSeconds = (performance.now() - beganMs) / 1_000;
  await using hosts = await RemoteHosts.make(3, { playground: `exec ${words} "$@"` });
  // On a busy machine, everything takes as many times as long to start.
  const script = await example(hosts.gateway, Math.ceil(4 + 20 * startSeconds));
  const output = await hosts.run(
    `export PORT=${server.port}\n${script.trimEnd()} --expect 'lost = 0'`,
  );
  assertMatch(output, /^floods {8}3, which began within [\d,]+ ms$/m);
  assertMatch(output, /^connections {3}15 opened, 15 served, 0 refused, 0 lost$/m);
  assertMatch(output, /^rate {10}[\d,]+ messages requested, [\d,]+ sent/m);
  assertMatch(output, /^promise {7}lost = 0: kept, 0$/m);
  assertEquals(server.events("stderr"), []);
}, { ignore: !await canMakeHosts() });
