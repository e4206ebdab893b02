import { DescriptorPassing } from "../../../servers/system/descriptor_passing.ts";
import { socketPair } from "../../../servers/system/socket_pair.ts";
import { hasSystemCalls, systemCalls } from "../../../servers/system/system_calls.ts";
import { assert, assertEquals } from "../../harness/assert.ts";

Deno.test({
  name: "a descriptor that was passed is another one for the same socket, with its message",
  ignore: !hasSystemCalls(),
  fn() {
    const calls = systemCalls();
    const [near, far] = socketPair();
    const [client, server] = socketPair();
    const passing = new DescriptorPassing(3);
    passing.bytes.set([7, 8, 9]);
    assertEquals(passing.send(near, server), true);
    calls.close(server); // a copy is on its way
    passing.bytes.fill(0);
    const received = passing.receive(far) ?? -1;
    assert(received >= 0);
    assertEquals([...passing.bytes], [7, 8, 9]);
    const bytes = new Uint8Array(2);
    calls.write(client, Uint8Array.of(1, 2), 2);
    assertEquals([calls.read(received, bytes, 2), ...bytes], [2, 1, 2]);
    for (const descriptor of [client, received, near]) calls.close(descriptor);
    assertEquals(passing.receive(far), undefined, "the other side is gone");
    assertEquals(passing.send(far, 0), false);
    calls.close(far);
  },
});
