/**
 * What falls due or is thrown in one and the same turn of the hub. What is expected is what Python's
 * gevent 22.10 does, unless a comment says otherwise.
 *
 * @module
 */

import {
  type Coroutine,
  Event,
  getcurrent,
  type Greenlet,
  GreenletExit,
  joinall,
  Queue,
  sleep,
  spawn,
  Timeout,
  withTimeout,
} from "../../../../servers/coroutines/gevent/mod.ts";
import { assertEquals, assertInstanceOf } from "../../../harness/assert.ts";
import { makeHub, runOnClock } from "../../../harness/hub.ts";
import { ManualClock } from "../../../harness/manual_clock.ts";
import { test } from "../../../harness/test.ts";

/** On a clock that counts whole milliseconds late, as timers do: what is due within one rings together. */
class CoarseClock extends ManualClock {
  override wait(timeoutMs: number): void {
    super.wait(Math.ceil(timeoutMs) + 1);
  }
}

/** Runs `body` twenty times, each on a hub of its own. */
async function twentyTimes(body: () => Coroutine): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const { hub, failures } = makeHub(new CoarseClock());
    await hub.run(body);
    assertEquals(failures, []);
  }
}

test("gevent: of two nested timeouts that fall due together, the cancelled one is not thrown", () =>
  twentyTimes(function* () {
    const result = yield* withTimeout(
      20,
      () => withTimeout(20, () => sleep(1_000), "inner"),
      "outer",
    );
    assertEquals(result, "outer");
    yield* sleep(5); // nothing is left to be thrown here
  }));

test("gevent: joinall with a timeout, within a timeout of the same length", () =>
  twentyTimes(function* () {
    const slow = spawn(() => nap(1_000));
    const result = yield* withTimeout(20, () => joinall([slow], { timeoutMs: 20 }), "outer");
    assertEquals(result, "outer");
    yield* sleep(5);
    assertEquals(slow.dead, false);
    yield* slow.kill();
  }));

test("gevent: a sleep that ends a little before its Timeout has ended in time", () =>
  twentyTimes(function* () {
    {
      using _timeout = new Timeout(20);
      yield* sleep(19.9);
    }
    yield* sleep(5);
  }));

test("gevent: a greenlet that goes on can cancel what falls due for another in the same turn", () =>
  twentyTimes(function* () {
    let timeout: Timeout | undefined = undefined;
    spawn(function* (): Coroutine {
      yield* sleep(20);
      timeout?.cancel();
    });
    yield* sleep(0); // so its sleep is older than the Timeout
    timeout = new Timeout(20);
    yield* sleep(100);
  }));

// In Python the waiter hears of the event a little later than of its timeout, and gets False.
test("gevent: an Event that is set before its waiter's timeout rings leaves nothing to be thrown", () =>
  twentyTimes(function* () {
    const event = new Event();
    const setting = spawn(function* (): Coroutine {
      yield* sleep(20);
      event.set();
    });
    yield* sleep(0);
    assertEquals(yield* event.wait(20), true);
    yield* setting.join();
    yield* sleep(5);
  }));

test("gevent: an item that is taken in time leaves no timeout behind", () =>
  twentyTimes(function* () {
    const queue = new Queue<number>();
    spawn(function* (): Coroutine {
      yield* sleep(19.5);
      yield* queue.put(1);
    });
    yield* sleep(0);
    assertEquals(yield* queue.get(20), 1);
    yield* sleep(5);
  }));

test("gevent: a kill is not lost when a Timeout falls due in the same turn", async () => {
  for (let round = 0; round < 20; round++) {
    const { hub } = makeHub(new CoarseClock());
    await hub.run(function* () {
      const event = new Event();
      const victim = spawn(function* (): Coroutine {
        using timeout = new Timeout(1);
        try {
          yield* event.wait();
          yield* sleep(1_000);
        } catch (error) {
          if (error !== timeout) throw error;
        }
        yield* sleep(1_000);
      });
      // In one of the rounds, the hub looks at the clock between the kill and the victim's turn.
      for (let i = 0; i < round; i++) yield* sleep(0);
      event.set();
      victim.throw(new GreenletExit());
      yield* victim.join();
      assertInstanceOf(victim.value, GreenletExit);
    });
  }
});

test("gevent: several errors are thrown one by one, in their order", async () => {
  await runOnClock(function* () {
    const seen: string[] = [];
    const stubborn = spawn(function* (): Coroutine {
      for (let i = 0; i < 4; i++) {
        try {
          yield* sleep(1_000);
        } catch (error) {
          seen.push(String(error));
        }
      }
    });
    yield* sleep(0);
    stubborn.throw(new Error("first"));
    stubborn.throw(new RangeError("second"));
    stubborn.throw(new TypeError("third"));
    yield* stubborn.join();
    assertEquals(seen, ["Error: first", "RangeError: second", "TypeError: third"]);
  });
});

test("gevent: of two kills before the start the first one counts, and it is dead at once", async () => {
  const { failures } = await runOnClock(function* () {
    const unborn = spawn(() => nap(1));
    unborn.throw(new Error("first"));
    assertEquals(unborn.dead, true);
    unborn.throw(new Error("second"));
    yield* unborn.join();
    assertEquals([unborn.error?.message, unborn.value], ["first", undefined]);
  });
  assertEquals(failures, ["<Greenlet at 0x1: ()> failed: first"]);
});

test("gevent: one that only ever sleeps for 0 can be killed", async () => {
  await runOnClock(function* () {
    let rounds = 0;
    const restless = spawn(function* (): Coroutine {
      for (; rounds < 1_000; rounds++) yield* sleep(0);
    });
    yield* sleep(0);
    yield* restless.kill();
    assertInstanceOf(restless.value, GreenletExit);
    yield* sleep(0);
  });
});

test("gevent: one that leaves a sleep of 0 by an error waits for what it waits for then", async () => {
  await runOnClock(function* (clock) {
    const restless = spawn(function* (): Coroutine {
      try {
        for (;;) yield* sleep(0);
      } catch {
        yield* sleep(100);
      }
    });
    yield* sleep(0);
    yield* restless.kill();
    assertEquals([restless.error, clock.nowMs()], [undefined, 100]);
  });
});

test("gevent: a link that throws is reported, and all else goes on", async () => {
  const told: string[] = [];
  const faulty = {
    ended() {
      throw new Error("bad link");
    },
  };
  const good = {
    ended: (greenlet: Greenlet) =>
      void told.push(`${greenlet.value} ${greenlet.error?.message} ${greenlet.successful}`),
  };
  const { failures } = await runOnClock(function* () {
    const well = spawn(function* well(): Coroutine<number> {
      return 5;
    });
    const ill = spawn(function* ill(): Coroutine {
      throw new Error("ill");
    });
    for (const greenlet of [well, ill]) {
      greenlet.link(faulty);
      greenlet.link(good);
      yield* greenlet.join();
    }
    well.link(faulty); // of one that has ended already
    yield* sleep(1);
  });
  assertEquals(told, ["5 undefined true", "undefined ill false"]);
  assertEquals(failures, [
    "<Greenlet at 0x1: well()> failed: bad link",
    "<Greenlet at 0x2: ill()> failed: ill",
    "<Greenlet at 0x2: ill()> failed: bad link",
    "<Greenlet at 0x1: well()> failed: bad link",
  ]);
});

test("gevent: a link can spawn, and cannot wait", async () => {
  const { failures } = await runOnClock(function* () {
    let hasRun = false;
    const ended = spawn(() => nap(1));
    ended.link({ ended: () => void sleep(10) });
    ended.link({
      ended: () =>
        void spawn(function* (): Coroutine {
          hasRun = getcurrent() !== ended;
        }),
    });
    yield* ended.join();
    yield* sleep(1);
    assertEquals(hasRun, true);
  });
  assertEquals(failures, [
    "<Greenlet at 0x1: ()> failed: a link cannot wait: it can spawn a greenlet that does",
  ]);
});

function* nap(ms: number): Coroutine {
  yield* sleep(ms);
}
