import { star } from "../../../servers/handlers/star.ts";
import { assertEquals } from "../../harness/assert.ts";
import { cutAnywhere, texts, unasked } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

Deno.test("star speaks first", () => {
  const session = star();
  assertEquals([unasked(session), unasked(session)], ["*", ""]);
});

const MESSAGES: [sent: string, answer: string][] = [
  ["abcdef", ""],
  ["^ab$^kl$^80$50", "bclm91"],
  ["^f1234$1234^xy", "g2345yz"],
  ["$$^^^$$^", "__"],
  ["^$", ""],
  ["x^\xff\0$", "\0\x01"],
];

for (const [sent, answer] of MESSAGES) {
  Deno.test(`star answers ${JSON.stringify(sent)}, wherever it is cut`, () => {
    const bytes = Uint8Array.from(sent, (character) => character.charCodeAt(0));
    const cuts = [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))];
    for (let at = 1; at < bytes.length; at++) {
      cuts.push([bytes.subarray(0, at), bytes.subarray(at)]);
    }
    for (const cut of cuts) assertEquals(texts(star(), ...cut).join(""), answer);
  });
}

Deno.test("star says nothing to what stands outside", () => {
  for (const cut of cutAnywhere("outside $ of it")) assertEquals(texts(star(), ...cut), []);
});
