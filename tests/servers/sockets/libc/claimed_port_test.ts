import { freePort } from "../../../../clients/target/listening_ports.ts";
import { ClaimedPort, listenOn } from "../../../../servers/sockets/libc/bound_sockets.ts";
import { SystemCallError } from "../../../../servers/system/system_interface.ts";
import { hasSystemCalls, systemCalls } from "../../../../servers/system/system_calls.ts";
import { assertEquals, assertRejects, assertThrows } from "../../../harness/assert.ts";
import { test } from "../../../harness/test.ts";

const host = "127.0.0.1";
const ignore = !hasSystemCalls();

test(
  "a port that is claimed refuses clients, and only who shares it can listen on it",
  async () => {
    const calls = systemCalls();
    const claimed = new ClaimedPort(calls, { host, port: 0 });
    const { address: { port } } = claimed;
    try {
      await assertRejects(
        () => Deno.connect({ hostname: host, port }),
        Deno.errors.ConnectionRefused,
      );
      const another = assertThrows(
        () => listenOn(calls, { host, port, backlog: 1 }),
        SystemCallError,
      );
      assertEquals(another.code, "EADDRINUSE");
      const shared = { host, port, backlog: 1, reusePort: true };
      calls.close(listenOn(calls, shared));
      Deno.listen({ hostname: host, port, reusePort: true }).close();
    } finally {
      claimed.close();
    }
  },
  { ignore },
);

test("a port is not claimed when somebody has it: listens, shares it, or has claimed it", () => {
  const calls = systemCalls();
  const claim = (port: number) =>
    assertThrows(() => new ClaimedPort(calls, { host, port }), SystemCallError, "EADDRINUSE");
  for (const reusePort of [false, true]) {
    using listener = Deno.listen({ hostname: host, port: 0, reusePort });
    claim(listener.addr.port);
  }
  const claimed = new ClaimedPort(calls, { host, port: 0 });
  claim(claimed.address.port);
  claimed.close();
  return Promise.resolve();
}, { ignore });

test("a port is claimed that only connections of the past have", async () => {
  const port = freePort();
  const listener = Deno.listen({ hostname: host, port });
  const client = await Deno.connect({ hostname: host, port });
  const server = await listener.accept();
  server.close(); // it ends first, so that its end stays for a minute in TIME_WAIT
  await client.read(new Uint8Array(1));
  client.close();
  listener.close();
  const calls = systemCalls();
  const claimed = new ClaimedPort(calls, { host, port });
  assertThrows(() => new ClaimedPort(calls, { host, port }), SystemCallError, "EADDRINUSE");
  calls.close(listenOn(calls, { host, port, backlog: 1, reusePort: true }));
  claimed.close();
}, { ignore });
