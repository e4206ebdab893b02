import { workersBytes, WorkersMemory } from "../../../servers/context/forked_workers.ts";
import { createMapping } from "../../../servers/system/mmap.ts";
import { hasSystemCalls, systemCalls } from "../../../servers/system/system_calls.ts";
import { assertEquals } from "../../harness/assert.ts";

const ignore = !hasSystemCalls();
const SIZE = { workers: 2, descriptorLimit: 64 };

function mapped(): WorkersMemory {
  const sizeBytes = workersBytes(SIZE);
  const { descriptor, address } = createMapping(sizeBytes);
  systemCalls().close(descriptor); // the memory stays
  return new WorkersMemory({ address, sizeBytes }, SIZE);
}

Deno.test({
  name: "what a worker lists, any process reads, and each place is used again",
  ignore,
  fn() {
    const memory = mapped();
    const [own, other] = [memory.clients(1), memory.clients(2)];
    const client = (id: number) => ({ id, peer: { host: "2001:db8::1", port: 40_000 + id } });
    for (const id of [1, 2, 3]) own.add(client(id));
    other.add(client(4));
    own.remove(2);
    assertEquals([...memory.clients(1).all()], [client(1), client(3)]);
    own.add(client(5));
    assertEquals([...memory.clients(1).all()], [client(1), client(5), client(3)]);
    memory.clients(1).clear();
    assertEquals([...own.all()], []);
    assertEquals([...memory.clients(2).all()], [client(4)]);
  },
});

Deno.test({
  name: "workers have their own descriptors, and count their clients together",
  ignore,
  fn() {
    const memory = mapped();
    const [one, two] = [memory.descriptors(1), memory.descriptors(2)];
    assertEquals([one.count.nextId(), two.count.nextId(), one.count.nextId()], [1, 2, 3]);
    assertEquals([one.add(5, 2), two.add(5, 2), one.add(6, 2)], [true, true, false]);
    one.finish(5);
    assertEquals([one.isFinished(5), two.isFinished(5)], [true, false]);
    assertEquals(memory.common.openCount, 2);
    one.forgetAll(); // its process is gone
    assertEquals([...one.clients()], []);
    assertEquals([memory.common.openCount, [...two.clients()]], [1, [5]]);
    memory.common.stop();
    assertEquals([one.stopping, two.stopping], [true, true]);
  },
});
