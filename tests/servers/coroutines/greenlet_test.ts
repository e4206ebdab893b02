/**
 * The rules of Python's greenlet, one by one.
 *
 * @module
 */

import { getcurrent, Greenlet } from "../../../servers/coroutines/greenlet.ts";
import { GreenletError, GreenletExit } from "../../../servers/coroutines/greenlet.ts";
import { assertEquals, assertInstanceOf, assertThrows } from "../../harness/assert.ts";

Deno.test("greenlet: what is passed to switch arrives where the other one was left", () => {
  const lines: string[] = [];
  const first: Greenlet = new Greenlet(function* (value) {
    lines.push(`first got ${value}`);
    lines.push(`first got ${yield second.switch("x")}`);
    return "first is done";
  });
  const second: Greenlet = new Greenlet(function* (value) {
    lines.push(`second got ${value}`);
    lines.push(`second got ${yield first.switch("y")}`);
  });
  assertEquals(first.switch("begin"), "first is done");
  assertEquals(lines, ["first got begin", "second got x", "first got y"]);
  assertEquals([first.dead, second.dead], [true, false]);
});

Deno.test("greenlet: the main one can be switched to, and goes on where it was left", () => {
  const main = getcurrent();
  const counter = new Greenlet(function* () {
    for (let i = 0;; i++) yield main.switch(i);
  });
  assertEquals([counter.switch(), counter.switch(), counter.switch()], [0, 1, 2]);
  assertEquals(getcurrent(), main);
});

Deno.test("greenlet: getcurrent names the one that runs, and its parent is who made it", () => {
  const main = getcurrent();
  const outer: Greenlet = new Greenlet(function* () {
    const inner: Greenlet = new Greenlet(function* () {
      return [getcurrent() === inner, inner.parent === outer];
    });
    const seen = yield inner.switch();
    return [getcurrent() === outer, outer.parent === main, seen];
  });
  assertEquals(outer.switch(), [true, true, [true, true]]);
});

Deno.test("greenlet: what one returns goes to its parent, whoever switched to it", () => {
  const parent: Greenlet = new Greenlet(function* () {
    return `parent got ${yield other.switch()}`;
  });
  const other: Greenlet = new Greenlet(function* () {
    yield child.switch();
  });
  const child: Greenlet = new Greenlet(function* () {
    return "the value";
  }, parent);
  assertEquals(parent.switch(), "parent got the value");
  assertEquals(other.dead, false);
});

Deno.test("greenlet: switching to one that has ended goes to its parent", () => {
  const ended = new Greenlet(function* () {});
  ended.switch();
  assertEquals(ended.dead, true);
  assertEquals(ended.switch("returned"), "returned");

  const parent: Greenlet = new Greenlet(function* () {
    const child = new Greenlet(function* () {});
    const grandchild = new Greenlet(function* () {}, child);
    yield child.switch();
    yield grandchild.switch();
    return yield grandchild.switch("up two steps");
  });
  assertEquals(parent.switch(), "up two steps");
});

Deno.test("greenlet: what one throws is thrown in its parent", () => {
  const lines: string[] = [];
  const parent: Greenlet = new Greenlet(function* () {
    try {
      yield child.switch();
    } catch (error) {
      lines.push(`parent caught ${error}`);
      throw new Error("and the parent fails as well");
    }
  });
  const child: Greenlet = new Greenlet(function* () {
    throw new RangeError("the child fails");
  }, parent);
  assertThrows(() => parent.switch(), Error, "and the parent fails as well");
  assertEquals(lines, ["parent caught RangeError: the child fails"]);
  assertEquals([parent.dead, child.dead], [true, true]);
  assertEquals(getcurrent().parent, null);
});

Deno.test("greenlet: throw() throws where it was left, and finally is run", () => {
  const main = getcurrent();
  const lines: string[] = [];
  const waiting = new Greenlet(function* () {
    try {
      yield main.switch("left");
    } catch (error) {
      lines.push(`caught ${error}`);
      return "recovered";
    } finally {
      lines.push("finally");
    }
  });
  assertEquals(waiting.switch(), "left");
  assertEquals(waiting.throw(new Error("go")), "recovered");
  assertEquals(lines, ["caught Error: go", "finally"]);
});

Deno.test("greenlet: GreenletExit ends one quietly, and is what its parent gets", () => {
  const main = getcurrent();
  const waiting = new Greenlet(function* () {
    for (;;) yield main.switch();
  });
  waiting.switch();
  assertInstanceOf(waiting.throw(), GreenletExit);
  assertEquals(waiting.dead, true);
  assertInstanceOf(waiting.throw(), GreenletExit); // into one that has ended, likewise
  assertThrows(() => waiting.throw(new Error("up")), Error, "up");
});

Deno.test("greenlet: one that has not begun never does when something is thrown into it", () => {
  let ran = false;
  const unborn = new Greenlet(function* () {
    ran = true;
  });
  assertThrows(() => unborn.throw(new Error("stillborn")), Error, "stillborn");
  assertEquals([ran, unborn.dead], [false, true]);
});

Deno.test("greenlet: a parent can be given, but no circle", () => {
  const main = getcurrent();
  const one = new Greenlet(function* () {});
  const other = new Greenlet(function* () {
    return "to the new parent";
  });
  const keeper = new Greenlet(function* () {
    other.parent = getcurrent();
    return `kept ${yield other.switch()}`;
  });
  assertEquals(keeper.switch(), "kept to the new parent");
  one.parent = keeper;
  assertThrows(() => keeper.parent = one, GreenletError, "ancestor");
  assertThrows(() => main.parent = one, GreenletError, "no parent");
});

Deno.test("greenlet: forgetting to yield is told, and harms nobody else", () => {
  const main = getcurrent();
  const other = new Greenlet(function* () {
    for (;;) yield main.switch("fine");
  });
  const forgetful = new Greenlet(function* () {
    other.switch();
    yield other.switch();
  });
  assertThrows(() => forgetful.switch(), GreenletError, "not yielded");
  const atTheEnd = new Greenlet(function* () {
    other.switch();
  });
  assertThrows(() => atTheEnd.switch(), GreenletError, "not yielded");
  const strange = new Greenlet(function* () {
    yield 42;
  });
  assertThrows(() => strange.switch(), GreenletError, "yields what switch()");
  assertEquals(other.switch(), "fine");
});

Deno.test("greenlet: a million switches do not deepen the stack", () => {
  let switches = 0;
  const a: Greenlet = new Greenlet(function* () {
    while (switches++ < 1_000_000) yield b.switch();
    return "done";
  });
  const b: Greenlet = new Greenlet(function* () {
    for (;;) yield a.switch();
  });
  assertEquals(a.switch(), "done");
  let chain: Greenlet = getcurrent();
  for (let i = 0; i < 100_000; i++) chain = new Greenlet(function* () {}, chain);
  assertEquals(chain.switch(), undefined);
  assertEquals(chain.switch("past all that have ended"), "past all that have ended");
});
