import type { ClosableClients } from "../context/closable_clients.ts";
import type { Turn } from "../sockets/interface.ts";
import { DescriptorTable } from "../sockets/libc/descriptor_table.ts";
import { interruptThread } from "../sockets/libc/interruption.ts";
import { cutSocketOff, hasUnread } from "../sockets/libc/connection.ts";
import { SHUT_RDWR, type SystemCalls, systemCalls } from "../system/system_calls.ts";
import { wake } from "../system/eventfd.ts";

/**
 * Ends clients from outside the threads that serve them, which may be blocked in a call: shutting a
 * socket down wakes the thread that waits for it.
 */
export class CrossThreadCloser implements ClosableClients<number> {
  readonly #table: DescriptorTable;
  readonly #calls: SystemCalls;

  constructor(descriptors: SharedArrayBuffer) {
    this.#table = new DescriptorTable(descriptors);
    this.#calls = systemCalls(undefined, "one by one"); // most servers end without
  }

  all(): Iterable<number> {
    return this.#table.clients();
  }

  activity(fd: number): number {
    return this.#table.activity(fd);
  }

  turn(fd: number): Turn {
    return this.#table.turn(fd);
  }

  hasUnread(fd: number): boolean {
    return hasUnread(this.#calls, fd);
  }

  stopListening(): void {
    this.#table.stop();
    this.#table.withListeners((fd) => this.#calls.shutdown(fd, SHUT_RDWR));
    this.wakeLoop();
  }

  finish(fd: number): void {
    // Not by shutting the socket down for reading: what the client sends after we have closed would
    // then reset the connection (RFC 1122, 4.2.2.13), and destroy what we still owe it.
    if (!this.#table.finish(fd)) return;
    interruptThread(this.#table.thread(fd));
    this.wakeLoop();
  }

  dismiss(fd: number): void {
    this.#table.dismiss(fd);
    this.finish(fd);
  }

  abort(fd: number): void {
    if (!this.#table.finish(fd, () => cutSocketOff(this.#calls, fd), false)) return;
    interruptThread(this.#table.thread(fd));
    this.wakeLoop();
  }

  /** Wakes the loops of the server, which may have no client and no listener left. */
  wakeLoop(): void {
    for (const waker of this.#table.wakers()) wake(this.#calls, waker);
  }
}
