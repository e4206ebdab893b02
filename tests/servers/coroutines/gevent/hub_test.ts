import {
  ClockLoop,
  type Coroutine,
  getcurrent,
  GreenletExit,
  Hub,
  joinall,
  LoopExit,
  sleep,
  spawn,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "../../../harness/assert.ts";
import { assertThrows } from "../../../harness/assert.ts";
import { makeHub, runOnClock } from "../../../harness/hub.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { test } from "../../../harness/test.ts";

test("gevent: greenlets run in the order in which they were spawned, and give what they return", async () => {
  const lines: string[] = [];
  const { hub } = makeHub(new ManualClock());
  const result = await hub.run(function* main(word: string) {
    function* say(text: string): Coroutine<number> {
      lines.push(text);
      yield* sleep();
      return text.length;
    }
    const one = spawn(say, "one");
    const three = spawn(say, "three");
    lines.push("main");
    return [yield* one.get(), yield* three.get(), word.length];
  }, "word");
  assertEquals(result, [3, 5, 4]);
  assertEquals(lines, ["main", "one", "three"]);
});

test("gevent: those who sleep go on when their time has come, in this order", async () => {
  const lines: string[] = [];
  await runOnClock(function* (clock) {
    function* nap(ms: number): Coroutine {
      yield* sleep(ms);
      lines.push(`${ms} at ${clock.nowMs()}`);
    }
    const naps = [300, 100, 200, 100, 3_600_000].map((ms) => spawn(nap, ms));
    yield* joinall(naps);
  });
  assertEquals(lines, [
    "100 at 100",
    "100 at 100",
    "200 at 200",
    "300 at 300",
    "3600000 at 3600000",
  ]);
});

test("gevent: sleep(0) lets all others go on first", async () => {
  const lines: string[] = [];
  await runOnClock(function* () {
    function* count(name: string): Coroutine {
      for (let i = 0; i < 2; i++) {
        lines.push(`${name}${i}`);
        yield* sleep(0);
      }
    }
    yield* joinall([spawn(count, "A"), spawn(count, "B")]);
  });
  assertEquals(lines, ["A0", "B0", "A1", "B1"]);
});

test("gevent: a greenlet that throws ends alone, it is reported, and joinall tells", async () => {
  const { failures } = await runOnClock(function* () {
    function* faulty(): Coroutine {
      yield* sleep(10);
      throw new Error("out of order");
    }
    function* steady(): Coroutine<string> {
      yield* sleep(20);
      return "fine";
    }
    const greenlets = [spawn(faulty), spawn(steady)];
    const ended = yield* joinall(greenlets);
    assertEquals(ended, greenlets);
    assertEquals(greenlets.map(({ successful }) => successful), [false, true]);
    assertEquals(greenlets[0].error?.message, "out of order");
    assertEquals(greenlets[1].value, "fine");

    let caught: unknown;
    try {
      yield* joinall([spawn(steady), spawn(faulty)], { raiseError: true });
    } catch (error) {
      caught = error;
    }
    assertEquals(String(caught), "Error: out of order");
  });
  assertEquals(failures, [
    "<Greenlet at 0x1: faulty()> failed: out of order",
    "<Greenlet at 0x4: faulty()> failed: out of order",
  ]);
});

test("gevent: what the main greenlet throws is what run() throws", async () => {
  const { hub, failures } = makeHub(new ManualClock());
  await assertRejects(
    () =>
      hub.run(function* () {
        yield* sleep(1);
        throw new RangeError("main fails");
      }),
    RangeError,
    "main fails",
  );
  assertEquals(failures, []);
});

test("gevent: kill() runs finally, waits for it, and leaves a GreenletExit", async () => {
  const lines: string[] = [];
  await runOnClock(function* (clock) {
    function* tidy(): Coroutine {
      try {
        yield* sleep(1_000_000);
      } finally {
        yield* sleep(50);
        lines.push(`tidied up at ${clock.nowMs()}`);
      }
    }
    const greenlet = spawn(tidy);
    yield* sleep(100);
    yield* greenlet.kill();
    lines.push(`killed at ${clock.nowMs()}`);
    assertInstanceOf(greenlet.value, GreenletExit);
    assertEquals([greenlet.dead, greenlet.successful], [true, true]);
    yield* greenlet.kill(); // a second time is harmless
  });
  assertEquals(lines, ["tidied up at 150", "killed at 150"]);
});

test("gevent: one that is killed before it begins never does", async () => {
  await runOnClock(function* () {
    let ran = false;
    const unborn = spawn(function* (): Coroutine {
      ran = true;
    });
    yield* unborn.kill();
    assertEquals([ran, unborn.dead], [false, true]);
  });
});

test("gevent: a greenlet can end itself, and one that is killed can refuse", async () => {
  await runOnClock(function* () {
    const suicidal = spawn(function* (): Coroutine {
      yield* getcurrent().kill();
    });
    const stubborn = spawn(function* (): Coroutine<string> {
      try {
        yield* sleep(1_000);
      } catch {
        yield* sleep(1_000);
      }
      return "survived";
    });
    yield* sleep();
    yield* stubborn.kill();
    assertInstanceOf(suicidal.value, GreenletExit);
    assertEquals(stubborn.value, "survived");
  });
});

test("gevent: a kill does not lose what has arrived just before", async () => {
  await runOnClock(function* () {
    const seen: string[] = [];
    const waiting = spawn(function* (): Coroutine {
      yield* other.join();
      seen.push("told of the end"); // was about to go on when it was killed
      yield* sleep(1_000);
      seen.push("never");
    });
    const other = spawn(function* (): Coroutine {
      yield* sleep(10);
    });
    yield* other.join();
    yield* waiting.kill();
    assertEquals(seen, ["told of the end"]);
  });
});

test("gevent: when all wait for each other, it is said and not waited for ever", async () => {
  const { hub } = makeHub(new ManualClock());
  await assertRejects(
    () =>
      hub.run(function* (): Coroutine {
        const main = getcurrent();
        yield* spawn(function* (): Coroutine {
          yield* main.join();
        }).join();
      }),
    LoopExit,
    "all wait for each other",
  );
});

test("gevent: waiting without yield* is told, and harms nobody else", async () => {
  const { failures } = await runOnClock(function* () {
    const forgetful = spawn(function* forgetful(): Coroutine {
      sleep(10);
      yield* sleep(10);
    });
    const atTheEnd = spawn(function* atTheEnd(): Coroutine {
      sleep(10);
    });
    const strange = spawn(function* strange(): Coroutine {
      yield "something else" as never;
    });
    yield* joinall([forgetful, atTheEnd, strange]);
    yield* sleep(100); // nobody is woken who has ended
  });
  const wrong = "failed: a greenlet waits with yield*, and this one has not";
  assertEquals(failures, [
    `<Greenlet at 0x1: forgetful()> ${wrong}: sleep()`,
    `<Greenlet at 0x2: atTheEnd()> ${wrong}: sleep()`,
    `<Greenlet at 0x3: strange()> ${wrong}`,
  ]);
  assertThrows(() => sleep(10), Error, "spawn one");
});

test("gevent: who computes without waiting is named, with the time for which it held the others", async () => {
  const { holds } = await runOnClock(function* (clock) {
    function* compute(ms: number): Coroutine {
      yield* sleep(1);
      clock.advance(ms);
      yield* sleep(1);
    }
    yield* joinall([spawn(compute, 50), spawn(compute, 3), spawn(compute, 2_000)]);
  });
  assertEquals(holds, [
    "<Greenlet at 0x1: compute(50)> held 50 ms",
    "<Greenlet at 0x3: compute(2000)> held 2000 ms",
  ]);
});

test("gevent: on the real clock, a sleep takes its time and no CPU", async () => {
  const hub = new Hub(new ClockLoop(), { failed() {}, held() {} });
  const beganMs = performance.now();
  await hub.run(function* () {
    yield* joinall(Array.from({ length: 100 }, () => spawn(() => nap())));
  });
  assert(performance.now() - beganMs >= 30);
  function* nap(): Coroutine {
    yield* sleep(30);
  }
});
