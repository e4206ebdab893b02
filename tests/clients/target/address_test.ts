import { UsageError } from "../../../cli/errors.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { parseAddress } from "../../../clients/target/address.ts";
import { assertEquals, assertThrows } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const ADDRESSES: readonly [typed: string, host: string, port: number][] = [
  ["127.0.0.1:9000", "127.0.0.1", 9000],
  ["9000", "127.0.0.1", 9000],
  [":9000", "127.0.0.1", 9000],
  ["localhost", "localhost", 7788],
  ["my-host.example:1", "my-host.example", 1],
  ["[::1]:9000", "::1", 9000],
  ["[::1]", "::1", 7788],
  ["::1", "::1", 7788],
  ["fe80::1:65535", "fe80::1", 65_535],
  ["1:2:3:4:5:6:7:8:9000", "1:2:3:4:5:6:7:8", 9000],
];

for (const [typed, host, port] of ADDRESSES) {
  Deno.test(`parseAddress() reads ${typed}`, () => {
    assertEquals(parseAddress(typed, 7788, en), { host, port });
  });
}

for (
  const typed of [
    "",
    ":",
    "0",
    "65536",
    "a:",
    "a:b",
    "a b",
    "[a]:1",
    "[::1]:",
    "http://a/",
    "a:1:2",
  ]
) {
  Deno.test(`parseAddress() refuses "${typed}"`, () => {
    assertThrows(() => parseAddress(typed, 7788, en), UsageError, en.flags.wantsAddress);
  });
}

Deno.test("parseAddress() asks where an address can be read in two ways", () => {
  const asked = "did you mean [::1:9000]:7788 or [::1]:9000?";
  assertThrows(() => parseAddress("::1:9000", 7788, en), UsageError, asked);
});
