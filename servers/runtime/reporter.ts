import type { Notice } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import type { ModelName } from "../context/context.ts";
import type { Counters } from "../metrics/counter_totals.ts";
import type { Address } from "../sockets/interface.ts";
import type { LoggedRecord } from "./descriptions.ts";
import type { ResourceUsage } from "./resource_usage.ts";

/** Reports what a server does: to people in lines of text, or to programs in lines of JSON. */
export interface Reporter {
  listening(address: Address, model: ModelName, sockets: SocketKind): void;
  /** The live view can be opened at this address. */
  watching(address: string): void;
  /** No browser could be opened at this address. */
  noBrowser(address: string): void;
  /** The file of a recording cannot be written: the recording has ended, and the server goes on. */
  recordingFailed(path: string, reason: string): void;
  /** The file of a trace cannot be written: the trace has ended, and the server goes on. */
  traceFailed(path: string, reason: string): void;
  /** A trace is as large as it may get: it has ended, and the server goes on. */
  traceFull(path: string): void;
  /** A trace that does not contain everything has ended. */
  traceEnded(path: string, leftOut: TraceGaps): void;
  /** A client did something. */
  record(record: LoggedRecord): void;
  /** Not all records of a time were reported. */
  busy(time: BusyTime): void;
  notice(notice: Notice): void;
  stopping(clients: number, graceMs: number): void;
  /** The server had to be ended while it had this many clients. */
  cutOff(clients: number): void;
  /** @param usage the resources that the server used, with `--stats` */
  totals(counters: Counters, elapsedMs: number, usage?: ResourceUsage): void;
}

/** What a trace does not contain. */
export interface TraceGaps {
  readonly messages: number;
  readonly messagesNotTraced: number;
  readonly slices: number;
  readonly clients: number;
}

/** A second, or less, in which not all records were reported. */
export interface BusyTime {
  /** How many records were not reported. */
  readonly notShown: number;
  /** How many clients the server had at its end. */
  readonly active: number;
  readonly accepted: number;
  readonly closed: number;
  readonly messagesPerSecond: number;
}
