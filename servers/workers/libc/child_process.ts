import { CHILD_DESCRIPTORS, FINISH_SIGNAL } from "../child_protocol.ts";
import type { ClientForChild } from "../../context/worker_context.ts";
import { COUNTER } from "../../metrics/counters.ts";
import { withDescriptorOf } from "../../system/pidfd.ts";
import { sendSignal } from "../../system/spawn.ts";
import { resetWhenClosed } from "../../sockets/libc/socket_options.ts";
import { IPPROTO_TCP, SHUT_RD, type SystemCalls, TCP_INFO } from "../../system/system_calls.ts";
import { systemCalls } from "../../system/system_calls.ts";

/** How often the signal that ends a client is sent again, since a child may have missed it. */
const TELL_AGAIN_MS = 25;

/** Where `struct tcp_info` says how long ago something was last sent and received, in ms. */
const SENT_MS_AGO = 44;
const RECEIVED_MS_AGO = 52;
/** Where it counts the bytes that the client acknowledged and that it sent. */
const BYTES_ACKED = 120;
const BYTES_RECEIVED = 128;
const TCP_INFO_BYTES = 136;

/** A process with a client. It leads a session, and so a group, of its own. */
export abstract class ChildProcess {
  /** Whether its client was ended because it was silent. */
  isDismissed = false;
  #wasKilled = false;

  constructor(readonly pid: number, readonly client: ClientForChild) {}

  /** Grows with every call that moved bytes. */
  abstract readonly activity: number;

  /** Whether the client may be waiting for the child. */
  abstract readonly mayOwe: boolean;

  /** Ends the client's stream for the child, after what has arrived. */
  abstract finish(): void;

  /** Whether it was {@linkcode kill} that ended it. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  /** Ends the child and its own children now. */
  kill(): void {
    this.#wasKilled = true;
    // The client loses what the child still owes it. A reset keeps a part of it from looking whole.
    withDescriptorOf(this.pid, CHILD_DESCRIPTORS.input, (fd) => resetWhenClosed(systemCalls(), fd));
    sendSignal(-this.pid, "SIGKILL");
  }

  /** The process has ended, and its id may belong to another one. */
  ended(): void {}
}

/** A child that runs this executable in its hidden role. */
export class OwnChild extends ChildProcess {
  readonly #counters: Float64Array;
  #telling: ReturnType<typeof setInterval> | undefined = undefined;

  /** @param counters the child's own */
  constructor(pid: number, client: ClientForChild, counters: Float64Array) {
    super(pid, client);
    this.#counters = counters;
  }

  /** Such a child ends a silent client itself: only it knows when it owes nothing. */
  readonly mayOwe = true;

  get activity(): number {
    return this.#counters[COUNTER.recvs] + this.#counters[COUNTER.sends];
  }

  /** A signal that comes between two calls interrupts neither, so it is sent until it has an effect. */
  finish(): void {
    sendSignal(this.pid, FINISH_SIGNAL);
    this.#telling ??= setInterval(() => sendSignal(this.pid, FINISH_SIGNAL), TELL_AGAIN_MS);
  }

  override ended(): void {
    clearInterval(this.#telling);
  }
}

/**
 * A child that runs any other program. To end it, its socket is shut down for reading: to the program
 * this looks as if the client had ended its stream, so it first reads what has arrived, and answers
 * it. A signal could lose that.
 */
export class ProgramChild extends ChildProcess {
  readonly #calls: SystemCalls;

  constructor(pid: number, client: ClientForChild, calls: SystemCalls) {
    super(pid, client);
    this.#calls = calls;
  }

  get activity(): number {
    const info = this.#info();
    return Number(info.getBigUint64(BYTES_ACKED, true) + info.getBigUint64(BYTES_RECEIVED, true));
  }

  /** All we know of a program is that a client that spoke last may wait for an answer. */
  get mayOwe(): boolean {
    const info = this.#info();
    return info.getUint32(SENT_MS_AGO, true) > info.getUint32(RECEIVED_MS_AGO, true);
  }

  #info(): DataView {
    const info = new DataView(new ArrayBuffer(TCP_INFO_BYTES));
    const sizeBytes = Uint32Array.of(TCP_INFO_BYTES);
    this.#withSocket((fd) => {
      this.#calls.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, sizeBytes);
    });
    return info;
  }

  finish(): void {
    const wasTold = this.#withSocket((fd) => this.#calls.shutdown(fd, SHUT_RD));
    if (!wasTold) sendSignal(this.pid, "SIGTERM"); // where its socket cannot be reached
  }

  #withSocket(action: (fd: number) => void): boolean {
    return withDescriptorOf(this.pid, CHILD_DESCRIPTORS.input, action);
  }
}
