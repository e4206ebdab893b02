/**
 * Whether a server stays as it is: 10,000 connections to `epoll --sockets libc`, of which a tenth talks
 * for five minutes: `deno task soak [SECONDS]`. Linux.
 *
 * Nothing may come back wrong, no connection may be lost, and the memory must not grow after the first
 * ten seconds. Exits with 1 if any of it does not hold.
 *
 * @module
 */

import { exchange } from "../harness/clients.ts";
import { run, Server } from "../harness/playground.ts";
import { residentBytes } from "../harness/processes.ts";

const SILENT = 9_000;
const TALKING = 1_000;
const SECONDS = Number(Deno.args[0] ?? 300);
const WARM_UP_SECONDS = 10;
const MAX_GROWTH_BYTES = 8_000_000;

await using server = await Server.start(
  ["epoll", "--sockets", "libc", "--quiet", "--backlog", "4096", "--grace", "0"],
);
const silent: Deno.TcpConn[] = [];
while (silent.length < SILENT) {
  const client = await server.connect();
  await exchange(client, "hello");
  silent.push(client);
}
console.log(`${SILENT} silent connections; ${TALKING} talk for ${SECONDS} s`);

const flooding = run(
  ["flood", "--sockets", "libc", "--port", String(server.port), "--conns", String(TALKING)]
    .concat("--duration", `${SECONDS}s`, "--json", "--quiet"),
);
const memory: number[] = [];
const timer = setInterval(async () => {
  memory.push(await residentBytes(server.pid));
}, 1_000);
const { code, stdout, stderr } = await flooding;
clearInterval(timer);

const { served, lost, wrongBytes, messagesEchoed } = JSON.parse(stdout);
let alive = 0;
for (const client of silent) if (await exchange(client, "still here") === "still here") alive++;
for (const client of silent) client.close();
console.log(`memory in MB: ${memory.map((bytes) => (bytes / 1e6).toFixed(1)).join(" ")}`);
const [warm, max] = [memory[WARM_UP_SECONDS], Math.max(...memory.slice(WARM_UP_SECONDS))];
const megabytes = ((max - warm) / 1e6).toFixed(1);
console.log(
  `${messagesEchoed} messages; ${served} of ${TALKING} served, ${lost} lost, ${wrongBytes} bytes wrong, ` +
    `${alive} of ${SILENT} silent ones still served; memory grew by ${megabytes} MB`,
);
const holds = code === 0 && served === TALKING && lost === 0 && wrongBytes === 0 &&
  alive === SILENT && max - warm < MAX_GROWTH_BYTES;
if (!holds) {
  console.error(stderr);
  Deno.exitCode = 1;
}
