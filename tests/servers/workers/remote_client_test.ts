import { ANSWER, createShared } from "../../../servers/workers/handler/channel.ts";
import { writeFailure } from "../../../servers/workers/handler/failure.ts";
import { RemoteClient } from "../../../servers/workers/handler/remote_client.ts";
import { RingReader } from "../../../servers/workers/handler/ring.ts";
import { HandlerThreadEnd } from "../../../servers/workers/handler/thread_end.ts";
import { assertEquals, assertThrows } from "../../harness/assert.ts";
import { FakeConnection } from "../../harness/fake_connection.ts";

/** Takes at most `roomBytes`. */
class NarrowConnection extends FakeConnection {
  roomBytes = 0;
  readonly sent: number[] = [];

  override trySend(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.roomBytes);
    this.sent.push(...bytes.subarray(0, count));
    this.roomBytes -= count;
    return count;
  }
}

Deno.test("what a session answered before it failed is sent first", () => {
  const connection = new NarrowConnection();
  const thread = new HandlerThreadEnd(1, createShared(), 1_024);
  const client = new RemoteClient(connection, thread, false, false, () => {});
  const answer = (bytes: number[]) => {
    client.answered(ANSWER.bytes, Uint8Array.from(bytes));
    client.flush();
  };
  connection.roomBytes = 2;
  answer([1, 2, 3]);
  answer([4]);
  client.answered(ANSWER.failed, writeFailure(new Error("on purpose")));
  client.flush();
  assertEquals(connection.sent, [1, 2]);
  connection.roomBytes = 10;
  assertThrows(() => client.flush(), Error, "on purpose");
  assertEquals(connection.sent, [1, 2, 3, 4]);
});

Deno.test("a client that leaves without a word takes no room in the queue of its thread", () => {
  for (const isSentElsewhere of [false, true]) {
    const thread = new HandlerThreadEnd(1, createShared(), 1_024);
    const client = new RemoteClient(new FakeConnection(), thread, isSentElsewhere, false, () => {});
    client.leave();
    assertEquals(client.isGone, true);
    assertEquals(new RingReader(thread.channel.requests).hasNext, false);
  }
});
