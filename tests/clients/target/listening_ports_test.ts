import { freePort, isListening } from "../../../clients/target/listening_ports.ts";
import { assertEquals, assertLess } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";

test("a free port has no listener and can have one, and the system gives it only to who asks for it", async () => {
  const port = freePort();
  assertEquals(await isListening(port), false);
  using _listener = Deno.listen({ hostname: "127.0.0.1", port });
  assertEquals(await isListening(port), true);
  using givenBySystem = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assertLess(port, givenBySystem.addr.port);
});
