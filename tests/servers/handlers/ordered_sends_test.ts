import { OrderedSends } from "../../../servers/handlers/ordered_sends.ts";
import { Outbox, OUTBOX_LIMIT_BYTES } from "../../../servers/handlers/outbox.ts";
import { type Reply, replyWith } from "../../../servers/handlers/replies.ts";
import { assertEquals } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";

const textOf = (reply: Reply | undefined) => reply && decode(reply.bytes);

Deno.test("what is sent between answers goes into the outbox", () => {
  const outbox = new Outbox();
  const sends = new OrderedSends(outbox);
  sends.put(encode("before"));
  for (const _ of sends.among([replyWith(encode("answer"))].values()));
  sends.put(encode("after"));
  assertEquals([textOf(outbox.next()), textOf(outbox.next())], ["before", "after"]);
});

Deno.test("what is sent while an answer waits for a promise does not wait for it", async () => {
  const sends = new OrderedSends(new Outbox());
  const { promise, resolve } = Promise.withResolvers<void>();
  function* answer(): Generator<Reply> {
    yield { bytes: encode(""), waitMs: Infinity, close: false, until: promise };
    yield replyWith(encode("answer"));
  }
  const replies = sends.among(answer());
  for (const text of ["one", "two"]) {
    const waiting = replies.next().value;
    sends.put(encode(text));
    await waiting?.until; // though the promise is pending
    assertEquals(textOf(replies.next().value), text);
  }
  const waiting = replies.next().value;
  resolve();
  await waiting?.until;
  assertEquals(textOf(replies.next().value), "answer");
  assertEquals(replies.next().done, true);
});

Deno.test("an answer for whose promise nobody waits comes to its end", () => {
  const sends = new OrderedSends(new Outbox());
  const until = new Promise<void>(() => {});
  const waiting = { bytes: encode(""), waitMs: Infinity, close: false, until };
  assertEquals([...sends.among([waiting, replyWith(encode("end"))].values())].length, 2);
});

Deno.test("a client that does not read an answer is let go when too much is sent meanwhile", () => {
  const outbox = new Outbox();
  let limitBytes = 0;
  outbox.onFull = (limit) => limitBytes = limit;
  const sends = new OrderedSends(outbox);
  const replies = sends.among([replyWith(encode("answer"))].values());
  replies.next();
  sends.put(new Uint8Array(OUTBOX_LIMIT_BYTES + 1));
  assertEquals(limitBytes, OUTBOX_LIMIT_BYTES);
});
