import { withDescriptorOf } from "../../system/pidfd.ts";
import { sendSignal } from "../../system/spawn.ts";
import { resetWhenClosed } from "../../sockets/libc/connection.ts";
import { IPPROTO_TCP, SHUT_RD, systemCalls, TCP_INFO } from "../../system/system_calls.ts";
import { CHILD_DESCRIPTORS, FINISH_SIGNAL } from "../child_protocol.ts";
import type { NumberedClient } from "./own_client.ts";
import type { ChildLink } from "./room_relay.ts";

/** Where `struct tcp_info` says how long ago something was last sent and received, in ms. */
const SENT_MS_AGO = 44;
const RECEIVED_MS_AGO = 52;
/** Where it counts the bytes that the client acknowledged and that it sent. */
const BYTES_ACKED = 120;
const BYTES_RECEIVED = 128;
const TCP_INFO_BYTES = 136;

/** A child of this process, which leads a group of its own. */
export class ChildProcess {
  /** Whether its client was ended because it was silent. */
  isDismissed = false;
  /** To its rooms, if clients of different children meet. */
  link: ChildLink | undefined = undefined;
  #wasKilled = false;

  /** @param descriptor that of its client's socket, in the child */
  constructor(
    readonly pid: number,
    readonly client: NumberedClient,
    protected readonly descriptor: number,
  ) {}

  /** Whether it was {@linkcode kill} that ended it. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  /** Ends the client's stream for the child, after what has arrived. To be repeated, see there. */
  finish(): void {
    // A signal that comes between two calls interrupts neither, so it is sent until it has an effect.
    sendSignal(this.pid, FINISH_SIGNAL);
  }

  /** Ends the child and its own children now. */
  kill(): void {
    this.#wasKilled = true;
    // The client loses what the child still owes it. A reset keeps a part of it from looking whole.
    withDescriptorOf(this.pid, this.descriptor, (fd) => resetWhenClosed(systemCalls(), fd));
    // A child that was just forked may not lead its group yet.
    if (!sendSignal(-this.pid, "SIGKILL")) sendSignal(this.pid, "SIGKILL");
  }
}

/**
 * A child that runs any other program. To end it, its socket is shut down for reading: to the program
 * this looks as if the client had ended its stream, so it first reads what has arrived, and answers
 * it. A signal could lose that.
 */
export class ProgramProcess extends ChildProcess {
  constructor(pid: number, client: NumberedClient) {
    super(pid, client, CHILD_DESCRIPTORS.input);
  }

  override finish(): void {
    const shutDown = (fd: number) => systemCalls().shutdown(fd, SHUT_RD);
    const wasTold = withDescriptorOf(this.pid, this.descriptor, (fd) => void shutDown(fd));
    if (!wasTold) super.finish(); // where its socket cannot be reached
  }
}

/** What the system knows of a program's connection, tcp(7). */
export interface ProgramTraffic {
  /** Grows with every byte that was moved. */
  readonly activity: number;
  /** All we know of a program is that a client that spoke last may wait for an answer. */
  readonly mayOwe: boolean;
}

/** Asks the system about the connection that a program has as its standard input. */
export function trafficOf(pid: number): ProgramTraffic {
  const info = new DataView(new ArrayBuffer(TCP_INFO_BYTES));
  const sizeBytes = Uint32Array.of(TCP_INFO_BYTES);
  withDescriptorOf(pid, CHILD_DESCRIPTORS.input, (fd) => {
    systemCalls().getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, sizeBytes);
  });
  return {
    activity: Number(
      info.getBigUint64(BYTES_ACKED, true) + info.getBigUint64(BYTES_RECEIVED, true),
    ),
    mayOwe: info.getUint32(SENT_MS_AGO, true) > info.getUint32(RECEIVED_MS_AGO, true),
  };
}
