import type { Notice } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import type { ModelName } from "../context/context.ts";
import type { Counters } from "../metrics/counters.ts";
import type { Address } from "../sockets/interface.ts";
import type { LoggedRecord } from "./descriptions.ts";
import type { ResourceUsage } from "./resource_usage.ts";

/** Says what a server does: to people in lines of text, or to programs in lines of JSON. */
export interface Reporter {
  listening(address: Address, model: ModelName, sockets: SocketKind): void;
  /** Where the server can be watched. */
  watching(address: string): void;
  /** No browser could be opened with that. */
  noBrowser(address: string): void;
  /** The file of a recording cannot be written any more: the recording has ended, and all else goes on. */
  recordingFailed(path: string, reason: string): void;
  /** What a client did. */
  record(record: LoggedRecord): void;
  /** Not all that clients did was reported. */
  busy(time: BusyTime): void;
  notice(notice: Notice): void;
  stopping(clients: number, graceMs: number): void;
  /** The server had to be ended while it had this many clients. */
  cutOff(clients: number): void;
  /** @param usage what it took, if that was asked for */
  totals(counters: Counters, elapsedMs: number, usage?: ResourceUsage): void;
}

/** A second, or less, of which not all records were reported. */
export interface BusyTime {
  /** How many records were not. */
  readonly notShown: number;
  /** How many clients there were at its end. */
  readonly active: number;
  readonly accepted: number;
  readonly closed: number;
  readonly messagesPerSecond: number;
}
