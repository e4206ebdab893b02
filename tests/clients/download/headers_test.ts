import { parseContentRange } from "../../../clients/download/headers.ts";
import { strongValidator } from "../../../clients/download/headers.ts";
import { assertEquals } from "../../harness/assert.ts";

const NOON = "Mon, 05 Jan 2026 12:00:00 GMT";
const MUCH_LATER = "Mon, 05 Jan 2026 13:00:00 GMT";

const VALIDATORS: readonly [headers: Record<string, string>, validator: string | undefined][] = [
  [{ etag: '"v1"' }, '"v1"'],
  [{ etag: 'W/"v1"' }, undefined],
  [{ etag: "v1" }, undefined],
  [{ etag: '"v1"', "last-modified": NOON, date: MUCH_LATER }, '"v1"'],
  [{ etag: 'W/"v1"', "last-modified": NOON, date: MUCH_LATER }, undefined],
  [{ "last-modified": NOON, date: MUCH_LATER }, NOON],
  [{ "last-modified": NOON, date: NOON }, undefined],
  [{ "last-modified": NOON }, undefined],
  [{ "last-modified": "yesterday", date: NOON }, undefined],
  [{}, undefined],
];

for (const [headers, validator] of VALIDATORS) {
  Deno.test(`what proves that a file is the same, of ${JSON.stringify(headers)}`, () => {
    assertEquals(strongValidator(new Headers(headers)), validator);
  });
}

const RANGES: readonly [header: string | null, range: (number | undefined)[] | undefined][] = [
  ["bytes 5-9/10", [5, 9, 10]],
  ["bytes 5-9/*", [5, 9, undefined]],
  ["bytes 9-5/10", undefined],
  ["bytes 5-10/10", undefined],
  ["bytes */10", undefined],
  ["bytes 5-9/10, 11-12/13", undefined],
  ["bytes -5-9/10", undefined],
  ["lines 5-9/10", undefined],
  [`bytes 5-${"9".repeat(20)}/*`, undefined],
  [null, undefined],
];

for (const [header, range] of RANGES) {
  Deno.test(`Content-Range: ${header}`, () => {
    const parsed = parseContentRange(header);
    assertEquals(parsed && [parsed.first, parsed.last, parsed.sizeBytes], range);
  });
}
