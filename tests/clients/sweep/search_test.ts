import { searchLimit } from "../../../clients/sweep/search.ts";
import { assert, assertEquals, assertLessOrEqual } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

/** Searches the limit of a server that breaks above `capacity`. @returns the rates that it tried, too */
async function search(
  capacity: number,
  { from = 1_000, to = 1e6, precision = 0.05, hiccups = [] as readonly number[] } = {},
) {
  const tried: number[] = [];
  const found = await searchLimit({ from, lowest: 1, to, precision }, (rate) => {
    tried.push(rate);
    const isHeld = rate <= capacity && !hiccups.includes(tried.length);
    return Promise.resolve({ rate, isHeld });
  });
  return { ...found, tried };
}

for (const capacity of [3, 999, 1_000, 1_001, 12_345, 31_999, 500_000]) {
  Deno.test(`the limit of ${capacity} per second is found to 5 %`, async () => {
    const { held = NaN, broken = NaN, tried } = await search(capacity);
    assertLessOrEqual(held, capacity);
    assert(broken > capacity);
    assert(broken / held <= 1.05 || broken - held === 1, `${held} to ${broken}`);
    assertLessOrEqual(tried.length, 40);
  });
}

Deno.test("a rate that breaks twice, and then does not, is held", async () => {
  const { held = NaN, tried } = await search(40_000, { hiccups: [3, 4] });
  assertEquals(tried.slice(0, 5), [1_000, 2_000, 4_000, 4_000, 4_000]);
  assert(held > 38_000, String(held));
});

Deno.test("no rate above the highest is tried, which holds if it does", async () => {
  assertEquals(await search(Infinity, { to: 3_000 }), {
    held: 3_000,
    tried: [1_000, 2_000, 3_000],
  });
  assertEquals((await search(Infinity, { to: 500 })).tried, [500]);
});

Deno.test("a server that holds nothing is given up at one message per second", async () => {
  const { held, broken, tried } = await search(0, { from: 8 });
  assertEquals([held, broken], [undefined, 1]);
  assertEquals(tried, [8, 8, 8, 4, 4, 4, 2, 2, 2, 1, 1, 1]);
});

Deno.test("a search that is ended early gives what it has found", async () => {
  const rates: number[] = [];
  const found = await searchLimit({ from: 1, lowest: 1, to: 100, precision: 0.05 }, (rate) => {
    rates.push(rate);
    return Promise.resolve(rates.length > 3 ? undefined : { rate, isHeld: true });
  });
  assertEquals([found, rates], [{ held: 4 }, [1, 2, 4, 8]]);
});

Deno.test("a server that is gone is tried no more", async () => {
  const rates: number[] = [];
  const found = await searchLimit({ from: 1, lowest: 1, to: 100, precision: 0.05 }, (rate) => {
    rates.push(rate);
    return Promise.resolve({ rate, isHeld: rate < 8, isLast: rate === 8 });
  });
  assertEquals([found, rates], [{ held: 4, broken: 8 }, [1, 2, 4, 8]]);
});

Deno.test("no rate is tried at which no message is due", async () => {
  const tried: number[] = [];
  const range = { from: 1_000, lowest: 100, to: 1_000, precision: 0.05 };
  const found = await searchLimit(range, (rate) => {
    tried.push(rate);
    return Promise.resolve({ rate, isHeld: false });
  });
  assertEquals([found, Math.min(...tried)], [{ broken: 100 }, 100]);
});
