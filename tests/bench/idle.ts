/**
 * How much CPU a server takes while its clients are silent: `deno task bench:idle`. Linux.
 *
 * @module
 */

import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { cpuSeconds } from "../harness/processes.ts";

const CLIENTS = 1_000;
const SECONDS = 10;
const MODELS = [
  ["select"],
  ["poll"],
  ["epoll"],
  ["select-queue"],
  ["greenlet"],
  ["gevent"],
  ["async"],
  ["nonblocking"],
  ["coroutine"],
];

console.log(`${CLIENTS} silent clients, ${SECONDS} s`);
for (const flags of MODELS) {
  await using server = await Server.start([...flags, "--quiet"]);
  const clients: Deno.TcpConn[] = [];
  while (clients.length < CLIENTS) clients.push(await server.connect());
  // Each has been served, so nothing is left to do.
  for (const client of clients) await exchange(client, "hello");
  const before = await cpuSeconds(server.pid);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  const share = (await cpuSeconds(server.pid) - before) / SECONDS;
  console.log(`${flags.join(" ").padEnd(16)}${(share * 100).toFixed(2).padStart(8)} % of a CPU`);
  for (const client of clients) client.close();
}
