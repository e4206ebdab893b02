import { fileName, fileNames } from "../../../clients/download/file_name.ts";
import { assertEquals, assertLessOrEqual } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";

/** A URL, and its file name. */
const NAMES: readonly [path: string, name: string][] = [
  ["file.iso", "file.iso"],
  ["a/b/file.iso?x=1#y", "file.iso"],
  ["a%20b.txt", "a b.txt"],
  ["%E4%B8%AD.txt", "中.txt"],
  ["%FF.txt", "%FF.txt"], // no UTF-8
  ["", "index.html"],
  ["a/", "index.html"],
  ["..", "index.html"],
  ["a/%2e%2e", "index.html"],
  ["%2e%2e%2f%2e%2e%2fetc%2fpasswd", "_._.._etc_passwd"],
  ["..%5c..%5ca", "_._.._a"],
  ["%2fetc%2fpasswd", "_etc_passwd"],
  ["C%3A%5Ca", "C__a"],
  ["a%00b%0Ac%1B%5B2J", "a_b_c_[2J"],
  ["a%C2%9Bb", "a_b"], // CSI, in one character
  ["txt.%E2%80%AEexe", "txt._exe"], // would read exe.txt
  [".bashrc", "_bashrc"],
  ["...", "index.html"],
  ["a.%20.", "a"],
  ["%20a", "a"],
  ["%20", "index.html"],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["com1%20.txt", "_com1 .txt"],
  ["console", "console"],
  ["a%3Cb%3E%22%7C%3F%2A", "a_b_____"],
];

for (const [path, name] of NAMES) {
  Deno.test(`what is at /${path} is saved as ${name}`, () => {
    assertEquals(fileName(new URL(`http://host/${path}`)), name);
  });
}

for (const [what, long] of [["letters", "a".repeat(400)], ["Chinese", "中".repeat(200)]]) {
  Deno.test(`a long name in ${what} is cut between characters and keeps its ending`, () => {
    const name = fileName(new URL(`http://host/${encodeURIComponent(long)}.tar.gz`));
    assertLessOrEqual(encode(`${name}.part.json`).length, 255);
    assertEquals(name.replace(/.tar.gz$/, ""), long.slice(0, name.length - ".tar.gz".length));
    assertEquals(name.endsWith(".tar.gz"), true);
  });
}

function namesOf(...paths: string[]): string[] {
  return fileNames(paths.map((path) => new URL(`http://host/${path}`)));
}

Deno.test("files of the same name get numbers, in the order in which they were typed", () => {
  assertEquals(namesOf("a.tar.gz", "b/a.tar.gz", "a.tar.gz", "b", "c/b", "/", "/x/"), [
    "a.tar.gz",
    "a-2.tar.gz",
    "a-3.tar.gz",
    "b",
    "b-2",
    "index.html",
    "index-2.html",
  ]);
});

Deno.test("names that some systems take for the same are told apart, too", () => {
  assertEquals(namesOf("A.txt", "a.TXT"), ["A.txt", "a-2.TXT"]);
  assertEquals(namesOf("caf%C3%A9", "cafe%CC%81"), ["café", "cafe\u0301-2"]);
});

Deno.test("a number given to one is not the name of another", () => {
  assertEquals(namesOf("a-2", "a", "b/a"), ["a-2", "a", "a-3"]);
});

Deno.test("no file is where another has its part or its record", () => {
  assertEquals(namesOf("a", "a.part", "a.part.json"), ["a", "a-2.part", "a.part-2.json"]);
  assertEquals(namesOf("a.part", "a"), ["a.part", "a-2"]);
});

Deno.test("a long name with a number is no longer than one without", () => {
  const [, second] = namesOf("a".repeat(300), "b/" + "a".repeat(300));
  assertLessOrEqual(encode(`${second}.part.json`).length, 255);
  assertEquals(second.endsWith("-2"), true);
});
