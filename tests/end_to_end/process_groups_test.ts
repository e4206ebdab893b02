/**
 * Which group and session the children of a server are in. Linux may share processors among sessions,
 * sched(7): 50 children with one each would leave a fiftieth to the program that measures them.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals, assertNotEquals } from "../harness/assert.ts";
import { exchange } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { eventually } from "../harness/eventually.ts";
import { Server } from "../harness/playground.ts";
import { processTree } from "../harness/processes.ts";
import { test } from "../harness/test.ts";

/** A file that a child of a fork could not use, so that its child is another runtime. */
const HANDLER = "handler.js";
const HANDLER_TEXT = `export const eventLoop = true;
  export default () => ({ receive: (bytes) => bytes });`;

for (
  const args of [
    ["process"],
    ["process", "--exec", "cat"],
    ["process", "--handler", HANDLER],
    ["prefork", "--workers", "2"],
    ["workers", "--workers", "2"],
  ]
) {
  test(
    `${args.slice(0, 2).join(" ")} on libc: each child has a group, and all have one session`,
    () =>
      withDirectory(async (directory) => {
        const handler = `${directory}/${HANDLER}`;
        await Deno.writeTextFile(handler, HANDLER_TEXT);
        const used = args.map((arg) => arg === HANDLER ? handler : arg);
        await using server = await Server.start([...used, "--sockets", "libc"]);
        const clients = [await server.connect(), await server.connect()];
        try {
          for (const client of clients) assertEquals(await exchange(client, "hello"), "hello");
          await eventually(() => assertGroups(server.pid)); // one without a client may still begin
        } finally {
          for (const client of clients) client.close();
        }
      }),
    { ignore: !hasSystemCalls() },
  );
}

async function assertGroups(serverPid: number): Promise<void> {
  const [, ...descendants] = await processTree(serverPid);
  const places = await Promise.all(descendants.map(placeOf));
  const children = places.filter(({ parent }) => parent !== serverPid);
  assertEquals(children.length, 2);
  const { group, session } = await placeOf(children[0].parent);
  assertEquals(session, children[0].parent); // Ctrl-C at the terminal reaches none of them
  for (const child of children) {
    assertNotEquals(child.group, group);
    assertEquals(child, { ...child, parent: session, group: child.pid, session });
  }
}

/** Where a process stands, proc(5): fields 4 to 6; the name, field 2, may hold spaces. */
async function placeOf(pid: number) {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  const [, parent, group, session] = fields;
  return { parent, pid, group, session };
}
