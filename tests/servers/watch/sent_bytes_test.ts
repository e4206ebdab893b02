import type { TraceEvent } from "../../../servers/metrics/trace.ts";
import type { TraceRecord } from "../../../servers/metrics/trace_reader.ts";
import { SentBytes } from "../../../servers/watch/sent_bytes.ts";
import { assertEquals } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import "../../harness/sanitizers.ts";

/** Says what is known of the bytes of a record. */
class Records {
  readonly #sent = new SentBytes();

  tell(event: TraceEvent, client: number, text = "", sizeBytes = text.length, isAfterGap = false) {
    const peer = { host: "127.0.0.1", port: 1, timeMs: 1, worker: 0 };
    const bytes = encode(event === "sent" ? "" : text);
    const record: TraceRecord = { event, client, sizeBytes, bytes, isAfterGap, ...peer };
    return decode(this.#sent.complete(record).bytes);
  }

  forget(): void {
    this.#sent.forget();
  }
}

Deno.test("what is sent has the bytes of the reply that was computed for this client", () => {
  const records = new Records();
  records.tell("handled", 1, "one");
  records.tell("prepared", 2, "two");
  assertEquals([2, 1].map((client) => records.tell("sent", client, "", 3)), ["two", "one"]);
  assertEquals(records.tell("sent", 1, "", 3), "", "nothing is known of another");
});

Deno.test("of a reply that is sent in parts, the first part has its bytes", () => {
  const records = new Records();
  records.tell("handled", 1, "hello");
  assertEquals([2, 3].map((bytes) => records.tell("sent", 1, "", bytes)), ["he", ""]);
});

Deno.test("of several replies that are sent at once, the first bytes are those of the first", () => {
  const records = new Records();
  for (const text of ["one", "two"]) records.tell("handled", 1, text);
  assertEquals(records.tell("sent", 1, "", 6), "one");
});

Deno.test("a reply is no other's: not after a gap, nor where records were left out, nor of the next client", () => {
  const records = new Records();
  records.tell("handled", 1, "one");
  assertEquals(records.tell("sent", 1, "", 3, true), "");
  records.tell("handled", 1, "one");
  records.forget();
  assertEquals(records.tell("sent", 1, "", 3), "");
  records.tell("handled", 1, "one");
  records.tell("closed", 1);
  assertEquals(records.tell("sent", 1, "", 3), "");
});
