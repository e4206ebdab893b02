import { assertEquals } from "../../harness/assert.ts";
import { CallSequence } from "../../../servers/system/call_sequence.ts";
import { mapPages, memoryAt } from "../../../servers/system/mmap.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";

const ignore = !hasSystemCalls();
const PAGE_BYTES = 4_096;

/** Pages that hold their own numbers, and the functions that copy and fill them. */
function pages(count: number) {
  const { memcpy, memset } = Deno.dlopen("libc.so.6", {
    memcpy: { type: "pointer" },
    memset: { type: "pointer" },
  }).symbols;
  const begin = mapPages(count * PAGE_BYTES);
  const bytes = new Uint8Array(memoryAt(begin, count * PAGE_BYTES));
  for (let page = 0; page < count; page++) bytes.fill(page, page * PAGE_BYTES);
  return {
    copy: Deno.UnsafePointer.value(memcpy),
    fill: Deno.UnsafePointer.value(memset),
    at: (page: number) => begin + BigInt(page * PAGE_BYTES),
    firstBytes: () => Array.from({ length: count }, (_, page) => bytes[page * PAGE_BYTES]),
  };
}

Deno.test("calls are made in turn, each after what the one before has done", { ignore }, () => {
  const { copy, at, firstBytes } = pages(40);
  const calls = Array.from({ length: 39 }, (_, page) => ({
    address: copy,
    parameters: [at(page + 1), at(page), BigInt(PAGE_BYTES)],
  }));
  using sequence = new CallSequence(calls);
  assertEquals(firstBytes(), Array.from({ length: 40 }, (_, page) => page));
  sequence.run();
  assertEquals(firstBytes(), Array(40).fill(0));
});

Deno.test("a sequence of no calls does nothing, and one of one call makes it", { ignore }, () => {
  const { fill, at, firstBytes } = pages(2);
  using none = new CallSequence([]);
  none.run();
  assertEquals(firstBytes(), [0, 1]);
  using one = new CallSequence([{ address: fill, parameters: [at(1), 7n, 1n] }]);
  one.run();
  assertEquals(firstBytes(), [0, 7]);
});
