import { listenOn, reservePort } from "../../../../servers/sockets/libc/listener.ts";
import { SystemCallError } from "../../../../servers/system/system_call_error.ts";
import { hasSystemCalls, systemCalls } from "../../../../servers/system/system_calls.ts";
import { assertEquals, assertRejects, assertThrows } from "../../../harness/assert.ts";
import { test } from "../../../harness/test.ts";

const host = "127.0.0.1";

test(
  "a port that is reserved refuses clients, and only who shares it can listen on it",
  async () => {
    const calls = systemCalls();
    const probe = Deno.listen({ hostname: host, port: 0 });
    const { port } = probe.addr;
    probe.close();
    const reserved = reservePort(calls, { host, port });
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
      calls.close(reserved);
    }
  },
  { ignore: !hasSystemCalls() },
);
