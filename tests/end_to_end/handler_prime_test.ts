import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { readToEnd, writeAll } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

for (const { name, args } of MODELS) {
  test(`${name} --handler prime: each number gets its answer, also the last one`, async () => {
    await using server = await Server.start([...args, "--quiet", "--handler", "prime"]);
    const answers = await Promise.all(["7\n8\n", "999999999989\n4\n1\n"].map(async (lines) => {
      using conn = await server.connect();
      await writeAll(conn, encode(lines));
      await writeAll(conn, encode("13")); // ends with the client's last byte
      await conn.closeWrite();
      return decode(await readToEnd(conn));
    }));
    assertEquals(answers, [
      "prime\ncomposite\nprime\n",
      "prime\ncomposite\ncomposite\nprime\n",
    ]);
  });
}
