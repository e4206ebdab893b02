import { ReceiveBuffer } from "../../../../servers/sockets/libc/connected_socket.ts";
import { assert, assertEquals } from "../../../harness/assert.ts";
import "../../../harness/sanitizers.ts";

Deno.test("libc: a message of any size that comes again leaves no new view behind", () => {
  const buffer = new ReceiveBuffer(65_536);
  for (const size of [1, 1_023, 1_024, 16_384, 65_536]) {
    const view = buffer.view(size);
    assertEquals(view.length, size);
    assert(buffer.view(size) === view, `${size} bytes`);
  }
});

Deno.test("libc: sizes that share a place are told apart", () => {
  const buffer = new ReceiveBuffer(65_536);
  for (const size of [16_384, 0, 1_024, 16_384, 2_048]) {
    assertEquals(buffer.view(size).length, size);
  }
});
