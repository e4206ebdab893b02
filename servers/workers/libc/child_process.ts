import { CHILD_DESCRIPTORS, FINISH_SIGNAL } from "../child_protocol.ts";
import type { ClientForChild } from "../../context/worker_context.ts";
import { COUNTER } from "../../metrics/counters.ts";
import { withDescriptorOf } from "../../system/pidfd.ts";
import { sendSignal } from "../../system/spawn.ts";
import { resetWhenClosed } from "../../sockets/libc/socket_options.ts";
import { IPPROTO_TCP, SHUT_RD, type SystemCalls, TCP_INFO } from "../../system/system_calls.ts";
import { systemCalls } from "../../system/system_calls.ts";

/** How often a child is told again that it is to end its client, since it may have missed it. */
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
  /** Whether it was told to end because its client was silent. */
  isDismissed = false;
  #wasKilled = false;

  constructor(readonly pid: number, readonly client: ClientForChild) {}

  /** Grows with every call that moved bytes. */
  abstract readonly activity: number;

  /** Whether the client may wait for the child. */
  abstract readonly mayOwe: boolean;

  /** From now on the client's stream is at its end for the child, after what has arrived. */
  abstract finish(): void;

  /** Whether it was {@linkcode kill} that ended it. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  /** Ends it now, and whatever it has started. */
  kill(): void {
    this.#wasKilled = true;
    // What the client is still owed is lost, and a part of it is not to look whole.
    withDescriptorOf(this.pid, CHILD_DESCRIPTORS.input, (fd) => resetWhenClosed(systemCalls(), fd));
    sendSignal(-this.pid, "SIGKILL");
  }

  /** The process is no more, and its id is somebody else's. */
  ended(): void {}
}

/** Runs our own executable in its hidden role. */
export class OwnChild extends ChildProcess {
  readonly #counters: Float64Array;
  #telling: ReturnType<typeof setInterval> | undefined = undefined;

  /** @param counters the child's own */
  constructor(pid: number, client: ClientForChild, counters: Float64Array) {
    super(pid, client);
    this.#counters = counters;
  }

  /** A child of ours ends a silent client itself: nobody else knows when it owes nothing. */
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
 * Runs any program, which knows nothing of us. It is told the end as by its client: its socket is shut
 * down for reading, so it first reads what has arrived, and answers it. Nothing owed is lost, which a
 * signal could not promise.
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

  /** What a program is about nobody can know, but a client that spoke last waits for an answer. */
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
    if (!wasTold) sendSignal(this.pid, "SIGTERM"); // where sockets cannot be reached
  }

  #withSocket(action: (fd: number) => void): boolean {
    return withDescriptorOf(this.pid, CHILD_DESCRIPTORS.input, action);
  }
}
