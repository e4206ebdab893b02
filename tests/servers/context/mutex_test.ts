import { Mutex, MUTEX_BYTES } from "../../../servers/context/mutex.ts";
import { assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

const ROUNDS = 2_000;
const THREADS = 3;

/** Increments a plain number under the lock: without it, some increments would be lost. */
const CODE = `
  import { Mutex } from ${JSON.stringify(import.meta.resolve("../../../servers/context/mutex.ts"))};
  self.onmessage = ({ data: { lock, count, number, rounds } }) => {
    const mutex = new Mutex(lock, number);
    const numbers = new Float64Array(count);
    for (let round = 0; round < rounds; round++) {
      mutex.acquire();
      numbers[0]++;
      mutex.release();
    }
    self.postMessage("done");
  };`;

Deno.test("of threads that want the lock, one has it at a time", async () => {
  const url = `data:text/javascript,${encodeURIComponent(CODE)}`;
  const lock = new SharedArrayBuffer(MUTEX_BYTES);
  const count = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const workers = Array.from({ length: THREADS }, () => new Worker(url, { type: "module" }));
  const ends = workers.map((worker, index) => {
    worker.postMessage({ lock, count, number: index + 1, rounds: ROUNDS });
    return new Promise((resolve) => worker.onmessage = resolve);
  });
  await Promise.all(ends);
  for (const worker of workers) worker.terminate();
  assertEquals(new Float64Array(count)[0], THREADS * ROUNDS);
});

Deno.test("only the thread that has the lock gives it back", () => {
  const lock = new SharedArrayBuffer(MUTEX_BYTES);
  const [one, other] = [new Mutex(lock, 1), new Mutex(lock, 2)];
  one.acquire();
  other.release();
  assertEquals(new Int32Array(lock)[0], 1);
  one.release();
  other.acquire();
  assertEquals(new Int32Array(lock)[0], 2);
});
