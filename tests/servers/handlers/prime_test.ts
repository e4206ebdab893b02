import { isPrime, prime } from "../../../servers/handlers/prime.ts";
import { allReplies, GeneratedReplies } from "../../../servers/handlers/session.ts";
import { assertEquals, assertMatch } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { answers, cutAnywhere, texts } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

Deno.test("prime finds the primes up to 10,000, as a sieve does", () => {
  const isComposite = new Uint8Array(10_001);
  isComposite[0] = isComposite[1] = 1;
  for (let n = 2; n * n <= 10_000; n++) {
    for (let multiple = n * n; multiple <= 10_000; multiple += n) isComposite[multiple] = 1;
  }
  isComposite.forEach((wanted, n) => assertEquals(isPrime(n), wanted === 0));
});

Deno.test("prime answers each line, wherever it is cut", () => {
  for (const cut of cutAnywhere("7\n8\r\n0007\n0\n1\n514229\n999983\n")) {
    assertEquals(texts(prime(), ...cut).map((answer) => answer[0]).join(""), "pcpccpp");
  }
  assertEquals(texts(prime(), "2\n4\n"), ["prime\n", "composite\n"]);
});

Deno.test("prime answers a last line without a newline when the client has ended", () => {
  const session = prime();
  assertEquals(texts(session, "11\n1", "3"), ["prime\n"]);
  const last = session.onEnd?.() ?? new GeneratedReplies((function* () {})());
  assertEquals([...allReplies(last)].map(({ bytes }) => decode(bytes)), ["prime\n"]);
  const silent = prime();
  assertEquals(texts(silent, "11\n"), ["prime\n"]);
  assertEquals(silent.onEnd?.().next(), undefined);
});

Deno.test("prime tests numbers only when their answers are asked for", () => {
  const largestPrime = "9007199254740881\n"; // a second for each
  const replies = prime().onData(encode("7\n" + largestPrime.repeat(1_000)));
  assertEquals(decode(replies.next()?.bytes ?? new Uint8Array()), "prime\n");
});

for (const line of ["", "x", "-7", "7.5", " 7", "٣", "9007199254740992", "9".repeat(64)]) {
  Deno.test(`prime complains of ${JSON.stringify(line)} and closes`, () => {
    const [answer, complaint, ...rest] = answers(prime(), `7\n${line}\n7\n`);
    assertEquals([answer.close, complaint.close, rest.length], [false, true, 0]);
    assertMatch(decode(complaint.bytes), /^send a number from 0 to 9007199254740991 /);
  });
}

Deno.test("prime complains of a line that does not end instead of keeping it", () => {
  assertEquals(answers(prime(), "7".repeat(65)).map(({ close }) => close), [true]);
});
