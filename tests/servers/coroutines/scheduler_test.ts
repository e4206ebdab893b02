import { Scheduler, type Task } from "../../../servers/coroutines/scheduler.ts";
import { assertEquals } from "../../harness/assert.ts";

function makeScheduler(): { scheduler: Scheduler; failures: string[] } {
  const failures: string[] = [];
  return { scheduler: new Scheduler((error) => failures.push(String(error))), failures };
}

Deno.test("scheduler: tasks take turns in the order in which they were spawned", () => {
  const { scheduler } = makeScheduler();
  const lines: string[] = [];
  function* count(name: string, times: number): Task {
    for (let i = 0; i < times; i++) {
      lines.push(`${name}${i}`);
      yield;
    }
  }
  scheduler.spawn(count("A", 2));
  scheduler.spawn(count("B", 1));
  scheduler.spawn(count("C", 3));
  scheduler.run();
  assertEquals(lines, ["A0", "B0", "C0", "A1", "C1", "C2"]);
  assertEquals(scheduler.size, 0);
});

Deno.test("scheduler: a task that is spawned in a turn gets its first turn in it", () => {
  const { scheduler } = makeScheduler();
  const lines: string[] = [];
  function* child(): Task {
    lines.push("child");
    yield;
    lines.push("child again");
  }
  function* parent(): Task {
    scheduler.spawn(child());
    lines.push("parent");
    yield;
    lines.push("parent again");
  }
  scheduler.spawn(parent());
  scheduler.turn();
  assertEquals(lines, ["parent", "child"]);
  assertEquals(scheduler.size, 2);
  scheduler.run();
  assertEquals(lines, ["parent", "child", "parent again", "child again"]);
});

Deno.test("scheduler: a task that throws ends alone, and it is told", () => {
  const { scheduler, failures } = makeScheduler();
  let turns = 0;
  function* faulty(): Task {
    yield;
    throw new Error("out of order");
  }
  function* steady(): Task {
    for (let turn = 0; turn < 5; turn++) {
      turns++;
      yield;
    }
  }
  scheduler.spawn(steady());
  scheduler.spawn(faulty());
  scheduler.spawn(steady());
  scheduler.run();
  assertEquals(turns, 10);
  assertEquals(failures, ["Error: out of order"]);
});

Deno.test("scheduler: a hundred thousand tasks, each with a hundred turns", () => {
  const { scheduler } = makeScheduler();
  let turns = 0;
  function* count(): Task {
    for (let i = 0; i < 100; i++) {
      turns++;
      yield;
    }
  }
  for (let i = 0; i < 100_000; i++) scheduler.spawn(count());
  scheduler.run();
  assertEquals(turns, 10_000_000);
});
