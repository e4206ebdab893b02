import { createTeamMemory, Team } from "../../../servers/context/team.ts";
import { assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const LIMIT = 64;

/** The members of a team, and where it has the words of each thread. */
function teamOf(threads: number) {
  const memory = createTeamMemory(threads, LIMIT);
  const words = new Int32Array(memory);
  const teams = Array.from({ length: threads }, (_, index) => new Team(memory, index + 1, threads));
  const [signal, waiting] = [0, 1].map((word) => (thread: number) => 8 + thread * 4 + word);
  return { memory, words, teams, signal, waiting };
}

Deno.test("one thread leads at a time, and the leader names the next", () => {
  const { teams: [one, other], words } = teamOf(2);
  assertEquals(one.follow(), undefined);
  assertEquals(words[0], 1);
  other.promote(); // it does not lead
  assertEquals(words[0], 1);
  one.promote();
  assertEquals(other.follow(), undefined);
  assertEquals(words[0], 2);
});

Deno.test("a handle is one thread's until it is released", () => {
  const { teams: [one, other] } = teamOf(2);
  one.own(5);
  assertEquals([one.isFree(5), other.claim(5), one.claim(5)], [false, false, false]);
  one.release(5);
  assertEquals([one.isFree(5), other.claim(5), one.claim(5)], [true, true, false]);
});

Deno.test("handles are handed to the thread that they are bound to, in order", () => {
  const { teams: [one, other] } = teamOf(2);
  for (const handle of [5, 0, 63]) {
    one.bind(handle);
    one.release(handle);
  }
  assertEquals([5, 0, 63].map((handle) => other.claim(handle)), [false, false, false]);
  other.claim(5); // it has been handed over already
  assertEquals([one.follow(), one.follow(), one.follow()], [5, 0, 63]);
  assertEquals(one.follow(), undefined); // now it leads
});

Deno.test("a thread that is named the leader while it gets a handle names another one", () => {
  const { teams: [one, two], words, signal, waiting } = teamOf(3);
  one.bind(5);
  one.release(5);
  assertEquals(two.follow(), undefined);
  two.claim(5);
  words[waiting(1)] = words[waiting(3)] = 1;
  two.promote(); // names thread 1, which has a handle to serve
  const before = words[signal(3)];
  assertEquals(one.follow(), 5);
  assertEquals(words[signal(3)], before + 1);
});

Deno.test("the thread that takes the place of another one has none of its handles", () => {
  const { memory, teams: [one, other] } = teamOf(2);
  one.bind(5);
  one.release(5);
  other.claim(5);
  assertEquals(new Team(memory, 1, 2).follow(), undefined);
});

/** Takes turns with others until all rounds are over, and notes who has led at the same time. */
const CODE = `
  import { Team } from ${JSON.stringify(import.meta.resolve("../../../servers/context/team.ts"))};
  self.onmessage = ({ data: { memory, counts, number, threads, rounds } }) => {
    const team = new Team(memory, number, threads);
    const numbers = new Int32Array(counts);
    for (let isOver = false; !isOver;) {
      team.follow();
      if (Atomics.add(numbers, 1, 1) > 0) Atomics.add(numbers, 2, 1); // two lead
      isOver = Atomics.add(numbers, 0, 1) >= rounds;
      Atomics.sub(numbers, 1, 1);
      team.promote();
    }
    self.postMessage("done");
  };`;

Deno.test("threads that take turns never lead together, and none is forgotten", async () => {
  const url = `data:text/javascript,${encodeURIComponent(CODE)}`;
  const [threads, rounds] = [3, 3_000];
  const memory = createTeamMemory(threads, LIMIT);
  const counts = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const workers = Array.from({ length: threads }, () => new Worker(url, { type: "module" }));
  await Promise.all(workers.map((worker, index) => {
    worker.postMessage({ memory, counts, number: index + 1, threads, rounds });
    return new Promise((resolve) => worker.onmessage = resolve);
  }));
  for (const worker of workers) worker.terminate();
  assertEquals([...new Int32Array(counts)], [rounds + threads, 0, 0]);
});
