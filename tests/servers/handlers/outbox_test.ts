import { Outbox } from "../../../servers/handlers/outbox.ts";
import { assert, assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

Deno.test("an outbox gives things in order, however full it is", () => {
  const outbox = new Outbox();
  let [put, taken] = [0, 0];
  for (let waiting = 1; waiting <= 20; waiting++) {
    while (put - taken < waiting) outbox.put(Uint8Array.of(put++));
    for (let i = 0; i < 7 && taken < put; i++) {
      assertEquals(outbox.next()?.bytes, Uint8Array.of(taken++));
    }
    assertEquals(outbox.isWaiting, taken < put);
  }
});

Deno.test("an outbox that is never empty keeps nothing of what was sent", () => {
  const outbox = new Outbox();
  const large = () => new Uint8Array(500_000);
  outbox.put(large());
  const before = Deno.memoryUsage().external;
  for (let i = 0; i < 1_000; i++) {
    outbox.put(large());
    outbox.next();
  }
  assert(outbox.isWaiting);
  const grownBytes = Deno.memoryUsage().external - before;
  assert(grownBytes < 250_000_000, `${grownBytes} bytes of 500 MB are still there`);
});
