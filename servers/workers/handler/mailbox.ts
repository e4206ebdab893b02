/**
 * How threads wake the loop, on either kind of sockets.
 *
 * @module
 */

import type { HandlerThreadWanted } from "../../context/protocol.ts";
import type { Pollable, Sockets } from "../../sockets/interface.ts";
import { EPOLLIN } from "../../sockets/interface.ts";
import type { DenoPollable, DenoReactor, Registration } from "../../sockets/deno/reactor.ts";
import type { LibcPollable } from "../../sockets/libc/connection_context.ts";
import { createWaker, wake } from "../../system/eventfd.ts";
import { type SystemCalls, systemCalls } from "../../system/system_calls.ts";

/** The loop's end. */
export interface Mailbox extends Pollable {
  /** What a thread needs to wake the loop: see {@linkcode ring}. */
  doorbell(): Doorbell;
}

type Doorbell = HandlerThreadWanted["doorbell"];

/** A mailbox among the system's sockets. */
export class LibcMailbox implements Mailbox, LibcPollable {
  readonly kind = "mailbox";
  readonly descriptor: number;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(calls: SystemCalls) {
    this.descriptor = createWaker(calls);
  }

  doorbell(): Doorbell {
    return this.descriptor;
  }
}

/** A mailbox among Deno's sockets. */
export class DenoMailbox implements Mailbox, DenoPollable {
  readonly kind = "mailbox";
  registration: Registration | undefined = undefined;
  look = 0;

  constructor(private readonly reactor: DenoReactor) {}

  doorbell(): Doorbell {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => this.reactor.signal(this, EPOLLIN);
    return port2;
  }

  /** It is an edge, and nothing stays. */
  holds(): number {
    return 0;
  }

  isArmed(): boolean {
    return true;
  }

  arm(): void {}
}

/**
 * A mailbox to be watched among `sockets`.
 *
 * @throws {SystemCallError} when there is no descriptor left
 */
export async function makeMailbox(sockets: Sockets): Promise<Mailbox> {
  const { DenoReactor } = await import("../../sockets/deno/reactor.ts");
  return sockets instanceof DenoReactor ? new DenoMailbox(sockets) : new LibcMailbox(systemCalls());
}

/** @returns a function that wakes the loop */
export function ringer(doorbell: Doorbell, calls = systemCalls): () => void {
  if (typeof doorbell !== "number") return () => doorbell.postMessage(null);
  const system = calls();
  return () => wake(system, doorbell);
}
