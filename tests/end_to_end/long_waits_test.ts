/**
 * A handler may ask for a wait that is longer than timers and readiness calls can count.
 *
 * @module
 */

import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, readExactly, readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { testTogether } from "../harness/test.ts";
import { MODELS } from "./models.ts";

const isWindows = Deno.build.os === "windows";

/** Answers a number in two parts, the second after so many milliseconds, and anything else at once. */
const HANDLER = `
export default function waits() {
  const decoder = new TextDecoder();
  return {
    receive(chunk) {
      const waitMs = Number(decoder.decode(chunk));
      return waitMs > 0 ? ["part", { bytes: "rest", waitMs }] : chunk;
    },
  };
}
`;

testTogether(MODELS.map(({ name, args, isSerial }) => ({
  name:
    `${name}: clients whose answer takes a month, or for ever, hold up nobody else, and are reset at the end`,
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".js" });
    try {
      await Deno.writeTextFile(file, HANDLER);
      await using server = await Server.start([...args, "--grace", "0", "--handler", file]);
      const clients: Deno.TcpConn[] = [];
      // The serial server serves one of them, and has to outlive it all the same.
      for (const waitMs of isSerial ? ["3e9"] : ["3e9", "2147483648", "Infinity", "1e300"]) {
        const client = await server.connect();
        clients.push(client);
        assertEquals(await exchange(client, "before"), "before");
        await writeAll(client, encode(waitMs));
        assertEquals(decode(await readExactly(client, 4)), "part");
      }
      if (!isSerial) {
        using other = await server.connect();
        for (let i = 0; i < 20; i++) assertEquals(await exchange(other, "on"), "on");
      }
      const stopping = server.stop();
      // A part of an answer must not look whole when the grace is over.
      const ends = clients.map((client) => readToEnd(client).then(() => "end", () => "reset"));
      if (!isWindows) assertEquals(await Promise.all(ends), clients.map(() => "reset"));
      else await Promise.all(ends);
      assertEquals((await stopping).code, 0);
      for (const client of clients) client.close();
      const told = server.events("cutOff").length + server.events("cut-off").length;
      if (!isWindows) assertEquals([told > 0, server.events("reset").length], [true, 0]);
    } finally {
      await Deno.remove(file);
    }
  },
})));
