import { ByteInput } from "../../../servers/handlers/byte_input.ts";
import { matchesGlob } from "../../../servers/handlers/glob.ts";
import { MAX_BULK_BYTES, RespError, RespReader } from "../../../servers/handlers/resp_reader.ts";
import { assert, assertEquals, assertThrows } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { cutAnywhere } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** All commands in chunks, and what is wrong with the next, if anything is. */
function commands(...chunks: (string | Uint8Array)[]): [string[][], string?] {
  const input = new ByteInput();
  const reader = new RespReader(input);
  const all: string[][] = [];
  try {
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? encode(chunk) : chunk.slice();
      input.push(bytes);
      bytes.fill(0);
      for (let command; (command = reader.next()) !== undefined;) all.push(command.map(latin1));
    }
    return [all];
  } catch (error) {
    assert(error instanceof RespError);
    return [all, error.message];
  }
}

Deno.test("commands are read from arrays and from typed lines, wherever they are cut", () => {
  const sent =
    "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\nPING\r\n\r\n  get  'a b'  \"\\x41\\n\"  \n" +
    "*0\r\n*-1\r\n*1\r\n$0\r\n\r\n*1\n$2\nok\r\n";
  const expected = [["SET", "k", "a\r\nb"], ["PING"], ["get", "a b", "A\n"], [""], ["ok"]];
  for (const cut of cutAnywhere(sent)) assertEquals(commands(...cut), [expected]);
  assertEquals(commands(...sent), [expected]);
});

const INLINE: [line: string, words: string[]][] = [
  [`a"b"`, ["ab"]],
  [`""`, [""]],
  [`'it\\'s'`, ["it's"]],
  [`'\\n'`, ["\\n"]],
  [`"\\\\ \\" \\q \\r\\t\\b\\a"`, [`\\ " q \r\t\b\x07`]],
  [`"\\xff\\xzz"`, ["\xffxzz"]],
  ["a\tb", ["a", "b"]],
];

for (const [line, words] of INLINE) {
  Deno.test(`the line ${line} is split as Redis does`, () => {
    assertEquals(commands(`${line}\r\n`), [[words]]);
  });
}

const ERRORS: [sent: string, error: string][] = [
  ["*x\r\n", "invalid multibulk length"],
  ["*\r\n", "invalid multibulk length"],
  ["*1048577\r\n", "invalid multibulk length"],
  [`*${"1".repeat(30)}\r\n`, "invalid multibulk length"],
  ["*1\r\nPING\r\n", "expected '$', got 'P'"],
  ["*1\r\n\r\n", "expected '$', got ' '"],
  ["*1\r\n$-1\r\n", "invalid bulk length"],
  ["*1\r\n$x\r\n", "invalid bulk length"],
  ["*1\r\n$1x\r\n", "invalid bulk length"],
  [`*1\r\n$${MAX_BULK_BYTES + 1}\r\n`, "invalid bulk length"],
  ["x".repeat(65_537), "too big inline request"],
  [`${"x".repeat(65_537)}\n`, "too big inline request"],
  [`*1\r\n${"x".repeat(65_537)}`, "too big bulk count string"],
  [`"x\r\n`, "unbalanced quotes in request"],
  [`"x"y\r\n`, "unbalanced quotes in request"],
  [`'x\r\n`, "unbalanced quotes in request"],
];

for (const [sent, error] of ERRORS) {
  Deno.test(`it is a protocol error: ${JSON.stringify(sent.slice(0, 30))}`, () => {
    assertEquals(commands(`ping\r\n${sent}`), [[["ping"]], `Protocol error: ${error}`]);
  });
}

Deno.test("a command is bounded, however many arguments it is made of", () => {
  const input = new ByteInput();
  const reader = new RespReader(input);
  input.push(encode("*1000\r\n"));
  const argument = encode(`$${MAX_BULK_BYTES}\r\n${"x".repeat(MAX_BULK_BYTES)}\r\n`);
  assertThrows(
    () => {
      for (let i = 0; i < 20; i++) {
        input.push(argument);
        assertEquals(reader.next(), undefined);
      }
    },
    RespError,
    "too big command",
  );
});

Deno.test("a value in many small chunks is not copied with each of them", () => {
  const input = new ByteInput();
  const reader = new RespReader(input);
  input.push(encode(`*2\r\n$4\r\necho\r\n$${MAX_BULK_BYTES}\r\n`));
  const buffers = new Set<ArrayBuffer>();
  for (let i = 0; i < MAX_BULK_BYTES / 64; i++) {
    input.push(new Uint8Array(64));
    assertEquals(reader.next(), undefined);
    buffers.add(input.bytes.buffer);
  }
  input.push(encode("\r\n"));
  assertEquals(reader.next()?.[1].length, MAX_BULK_BYTES);
  assert(buffers.size < 30, `${buffers.size}`);
});

const GLOBS: [pattern: string, matching: string[], others: string[]][] = [
  ["*", ["", "a", "a*"], []],
  ["", [""], ["a"]],
  ["h?llo", ["hello", "h?llo"], ["hllo", "heello"]],
  ["h*o", ["ho", "hello", "hoo"], ["h", "hox"]],
  ["*a*b*", ["ab", "xaxbx", "aab"], ["ba", ""]],
  ["h[ae]llo", ["hello", "hallo"], ["hillo"]],
  ["h[^e]llo", ["hallo"], ["hello", "hllo"]],
  ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
  ["[c-a]x", ["bx"], ["dx"]],
  ["[\\]]", ["]"], ["\\"]],
  ["[ab", ["a"], ["[ab", "c"]],
  ["\\*", ["*"], ["a", "\\*"]],
  ["a\\", ["a\\"], ["a"]],
];

for (const [pattern, matching, others] of GLOBS) {
  Deno.test(`the pattern ${JSON.stringify(pattern)} matches as in Redis`, () => {
    const matches = (text: string) => matchesGlob(encode(pattern), encode(text));
    assertEquals([...matching, ...others].filter(matches), matching);
  });
}

Deno.test("a pattern of many stars takes no time without end", () => {
  assert(!matchesGlob(encode("a*".repeat(50) + "b"), encode("a".repeat(10_000))));
});
