/**
 * A handler may ask for a wait that is longer than timers and readiness calls can count.
 *
 * @module
 */

import { assertEquals } from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { exchange, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

/** Answers a number after so many milliseconds, and anything else at once. */
const HANDLER = `
export default function waits() {
  const decoder = new TextDecoder();
  return {
    receive(chunk) {
      const waitMs = Number(decoder.decode(chunk));
      return { bytes: chunk, waitMs: waitMs > 0 ? waitMs : 0 };
    },
  };
}
`;

for (const { name, args, isSerial } of MODELS) {
  test(`${name}: a client whose answer takes a month, or for ever, holds up nobody else`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".js" });
    try {
      await Deno.writeTextFile(file, HANDLER);
      const flags = ["--quiet", "--grace", "100ms", "--handler", file];
      await using server = await Server.start([...args, ...flags]);
      const clients: Deno.TcpConn[] = [];
      // The serial server serves one of them, and has to outlive it all the same.
      for (const waitMs of isSerial ? ["3e9"] : ["3e9", "2147483648", "Infinity", "1e300"]) {
        const client = await server.connect();
        clients.push(client);
        assertEquals(await exchange(client, "before"), "before");
        await writeAll(client, encode(waitMs));
      }
      if (!isSerial) {
        using other = await server.connect();
        for (let i = 0; i < 20; i++) assertEquals(await exchange(other, "on"), "on");
      }
      assertEquals((await server.stop()).code, 0);
      for (const client of clients) client.close();
    } finally {
      await Deno.remove(file);
    }
  });
}
