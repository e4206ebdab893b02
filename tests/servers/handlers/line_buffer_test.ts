/**
 * Lines come out of chunks as they went in, however they are cut, also when the model receives into the same
 * memory meanwhile.
 *
 * @module
 */

import { LineBuffer } from "../../../servers/handlers/line_buffer.ts";
import { assertEquals } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";

const LONGEST_BYTES = 80;
/** Empty ones, those that end in `\r`, beyond ASCII, and longer than what is looked at byte by byte. */
const LINES = ["one", "", "two\r", "三", "x".repeat(33), "y".repeat(LONGEST_BYTES), "\r", "end"];

Deno.test("lines are the same in chunks of any size", () => {
  const bytes = encode(LINES.map((line) => `${line}\n`).join("") + "rest");
  const wanted = LINES.map((line) => line.replace(/\r$/, ""));
  for (let sizeBytes = 1; sizeBytes <= bytes.length; sizeBytes++) {
    assertEquals(linesOf(bytes, sizeBytes), wanted, `in chunks of ${sizeBytes} bytes`);
  }
});

Deno.test("what is received after the first line does not change the others", () => {
  const chunk = encode("one\ntwo\nthr");
  const buffer = new LineBuffer(LONGEST_BYTES);
  const lines = buffer.lines(chunk);
  assertEquals(lines.next().value, "one");
  chunk.fill(0x78);
  assertEquals([...lines], ["two"]);
  assertEquals([...buffer.lines(encode("ee\n"))], ["three"]);
});

Deno.test("a line that is too long is the last one, whether its end has come or not", () => {
  const long = "z".repeat(LONGEST_BYTES + 1);
  assertEquals([...new LineBuffer(LONGEST_BYTES).lines(encode(`a\n${long}\nb\n`))], ["a", null]);
  assertEquals([...new LineBuffer(LONGEST_BYTES).lines(encode(`a\n${long}`))], ["a", null]);
});

/** Each chunk is received into the same memory. */
function linesOf(bytes: Uint8Array, sizeBytes: number): (string | null)[] {
  const buffer = new LineBuffer(LONGEST_BYTES);
  const memory = new Uint8Array(sizeBytes);
  const lines: (string | null)[] = [];
  for (let at = 0; at < bytes.length; at += sizeBytes) {
    const received = bytes.subarray(at, at + sizeBytes);
    memory.set(received);
    lines.push(...buffer.lines(memory.subarray(0, received.length)));
  }
  return lines;
}
