import { always, EchoCheck, numbers, ofSize, Sequence } from "../../../clients/flood/messages.ts";
import { assert, assertEquals, assertGreater, assertLess } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import "../../harness/sanitizers.ts";

/** The first messages of a sequence. */
function first(count: number, messageSet = numbers(), seed = 1): string[] {
  const sequence = new Sequence(messageSet, seed);
  return Array.from({ length: count }, () => decode(sequence.next()));
}

Deno.test("Sequence gives the same messages for the same seed, and others for others", () => {
  assertEquals(first(100), first(100));
  const starts = Array.from({ length: 50 }, (_, seed) => first(10, numbers(), seed).join());
  assertEquals(new Set(starts).size, 50);
});

Deno.test("Sequence uses all of its repertoire", () => {
  assertEquals(new Set(first(5_000)).size, 101);
  assertEquals(new Set(first(5_000, ofSize(3))).size, 7);
  assertEquals(first(3, always("汉")), ["汉", "汉", "汉"]);
});

Deno.test("the longest messages take little more memory than one of them", () => {
  const sizeBytes = 16_777_216;
  const messages = ofSize(sizeBytes);
  const buffers = new Set(messages.map(({ buffer }) => buffer));
  const bytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assertLess(bytes, 1.1 * sizeBytes);
  for (const [index, message] of messages.entries()) {
    for (let at = 0; at < sizeBytes; at += 999_983) {
      assertEquals(message[at], 0x21 + (index * 13 + at) % 89);
    }
  }
});

Deno.test("numbers() are the texts from 0 to 100", () => {
  assertEquals(numbers().map(decode), Array.from({ length: 101 }, (_, number) => String(number)));
});

Deno.test("ofSize() gives messages of that size, which all begin differently", () => {
  for (const sizeBytes of [1, 100, 16_384]) {
    const messages = ofSize(sizeBytes);
    for (const message of messages) {
      assertEquals(message.length, sizeBytes);
      assert(message.every((byte) => byte > 0x20 && byte < 0x7f));
    }
    assertEquals(new Set(messages.map(([byte]) => byte)).size, messages.length);
  }
});

const REPERTOIRES = { numbers: numbers(), "messages of 100 bytes": ofSize(100) };

/** The bytes of the first messages of a sequence. */
function stream(messageSet: readonly Uint8Array[]): Uint8Array {
  return encode(first(60, messageSet).join(""));
}

/** Checks `bytes` cut into chunks of `chunkBytes`. */
function check(messageSet: readonly Uint8Array[], bytes: Uint8Array, chunkBytes: number) {
  const echoCheck = new EchoCheck(new Sequence(messageSet, 1));
  const completed: number[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    echoCheck.take(bytes.subarray(at, at + chunkBytes), (index) => completed.push(index));
  }
  return { echoCheck, completed };
}

for (const [name, messageSet] of Object.entries(REPERTOIRES)) {
  const sent = stream(messageSet);
  const middle = sent.length >> 1;
  const cuts = [1, 2, 3, 7, 99, 100, 101, sent.length];

  Deno.test(`EchoCheck finds nothing wrong in an echo of ${name}, however it is cut`, () => {
    for (const cut of cuts) {
      const { echoCheck, completed } = check(messageSet, sent, cut);
      assertEquals([echoCheck.wrongBytes, echoCheck.isWithinMessage], [0, false]);
      assertEquals(completed, Array.from({ length: 60 }, (_, index) => index));
      assertEquals(echoCheck.messages, 60);
    }
  });

  Deno.test(`EchoCheck finds every changed byte in ${name}, and calls no other wrong`, () => {
    for (const cut of cuts) {
      for (const places of [[0], [middle], [sent.length - 1], [1, middle, middle + 1]]) {
        const changed = sent.slice();
        for (const place of places) changed[place] ^= 1;
        assertEquals(check(messageSet, changed, cut).echoCheck.wrongBytes, places.length);
      }
    }
  });

  Deno.test(`EchoCheck finds a lost, an inserted and a moved byte in ${name}`, () => {
    const damaged = {
      lost: [...sent.subarray(0, middle), ...sent.subarray(middle + 1)],
      inserted: [...sent.subarray(0, middle), 0x30, ...sent.subarray(middle)],
      moved: [...sent.subarray(0, middle), ...sent.subarray(middle + 1), sent[middle]],
    };
    for (const cut of cuts) {
      for (const [how, bytes] of Object.entries(damaged)) {
        const { wrongBytes } = check(messageSet, new Uint8Array(bytes), cut).echoCheck;
        assertGreater(wrongBytes, 0, how);
      }
    }
  });
}

Deno.test("EchoCheck knows that a message has come in part", () => {
  const bytes = stream(ofSize(100));
  assert(!check(ofSize(100), bytes.subarray(0, 0), 1).echoCheck.isWithinMessage);
  assert(check(ofSize(100), bytes.subarray(0, 99), 10).echoCheck.isWithinMessage);
  assert(!check(ofSize(100), bytes.subarray(0, 100), 10).echoCheck.isWithinMessage);
});
