/**
 * A loop hears of each client that another thread hands it, whenever that comes.
 *
 * @module
 */

import { UNOBSERVED } from "../../../../servers/sockets/observer.ts";
import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../../../servers/sockets/libc/descriptor_table.ts";
import { LibcSockets } from "../../../../servers/sockets/libc/sockets.ts";
import { createWaker, wake } from "../../../../servers/system/eventfd.ts";
import { socketPair } from "../../../../servers/system/socket_pair.ts";
import { hasSystemCalls, systemCalls } from "../../../../servers/system/system_calls.ts";
import { ClientQueue, createQueueMemory } from "../../../../servers/workers/client_queue.ts";
import { HandedListener } from "../../../../servers/workers/libc/handed_clients.ts";
import { assertEquals } from "../../../harness/assert.ts";

const CLIENTS = 3;
/** Other tests of this process may have many open. */
const MAX_DESCRIPTORS = 65_536;
const address = { host: "127.0.0.1", port: 1 };

Deno.test({
  name: "clients that are handed over while their loop finds none are all heard of",
  ignore: !hasSystemCalls(),
  async fn() {
    const calls = systemCalls();
    const queue = new ClientQueue(createQueueMemory(CLIENTS));
    const descriptor = createWaker(calls);
    const table = new DescriptorTable(createDescriptorMemory(MAX_DESCRIPTORS));
    const far: number[] = [];
    const hand = (id: number) => {
      const [fd, other] = socketPair();
      far.push(other);
      table.add(fd);
      queue.put({ fd, id, peer: address });
      wake(calls, descriptor);
    };
    let handed = 0;
    const meanwhile: typeof calls = {
      ...calls,
      read(fd, bytes, count) {
        while (fd === descriptor && handed < CLIENTS) hand(++handed);
        return calls.read(fd, bytes, count);
      },
    };
    const sockets = new LibcSockets(UNOBSERVED, table, 16, meanwhile);
    const listener = sockets.attend(
      new HandedListener({ queue: queue.memory, descriptor, address }, sockets, () => {}),
    );
    wake(calls, descriptor); // for a client that was taken before

    const ids: number[] = [];
    for (let turn = 0; turn <= CLIENTS + 1; turn++) {
      const { readable } = await sockets.select([listener], [], 0);
      if (readable.length === 0) continue;
      const client = listener.tryAccept();
      if (client !== null) ids.push(client.id);
    }
    assertEquals(ids, [1, 2, 3]);

    sockets.abandon();
    for (const fd of [...far, descriptor, sockets.waker]) calls.close(fd);
  },
});
