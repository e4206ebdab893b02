/**
 * How much memory a server takes for a connection that is silent: `deno task bench:memory`. Linux.
 *
 * @module
 */

import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { residentBytes } from "../harness/processes.ts";

const CLIENTS = 10_000;
const SERVERS = [["epoll", "--sockets", "libc"], ["epoll"], ["async"]];

console.log(`${CLIENTS} connections, each served once and then silent`);
for (const args of SERVERS) {
  await using server = await Server.start([
    ...args,
    "--quiet",
    "--backlog",
    "4096",
    "--grace",
    "0",
  ]);
  const clients: Deno.TcpConn[] = [];
  const connect = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const client = await server.connect();
      await exchange(client, "hello");
      clients.push(client);
    }
  };
  // What the first thousand bring about is compiled code and buffers of the runtime, once for all.
  await connect(1_000);
  const before = await residentBytes(server.pid);
  await connect(CLIENTS);
  const each = (await residentBytes(server.pid) - before) / CLIENTS;
  console.log(`${args.join(" ").padEnd(24)}${each.toFixed(0).padStart(8)} bytes each`);
  for (const client of clients) client.close();
  await server.stop();
}
