import type { Notice } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import type { ModelName } from "../context/context.ts";
import type { Counters } from "../metrics/counter_totals.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import { standardOutput } from "../../cli/output.ts";
import type { LoggedRecord } from "./descriptions.ts";
import type { ResourceUsage } from "./resource_usage.ts";
import type { BusyTime, Reporter, TraceGaps } from "./reporter.ts";

const decoder = new TextDecoder();

/** A line of `--json`. */
export type ServerEvent =
  | Readonly<
    Address & { event: "listening"; pid: number; model: ModelName; sockets: SocketKind }
  >
  | {
    readonly event: LoggedRecord["event"];
    /** Milliseconds since the epoch. */
    readonly timeMs: number;
    readonly client?: number;
    readonly peer?: string;
    readonly sizeBytes?: number;
    /** The first bytes that were received, as text. */
    readonly bytes?: string;
  }
  | { readonly event: "watching"; readonly address: string }
  | { readonly event: "no-browser"; readonly address: string }
  | { readonly event: "recording-failed"; readonly path: string; readonly reason: string }
  | { readonly event: "trace-failed"; readonly path: string; readonly reason: string }
  | { readonly event: "trace-full"; readonly path: string }
  | Readonly<{ event: "trace-ended"; path: string } & TraceGaps>
  | { readonly event: "more"; readonly count: number }
  | { readonly event: Notice["kind"]; readonly [detail: string]: unknown }
  | { readonly event: "stopping"; readonly clients: number; readonly graceMs: number }
  | { readonly event: "cut-off"; readonly clients: number }
  | Totals;

/** The last line: the totals, and with `--stats` the resources that the server used. */
export type Totals = Readonly<
  { event: "stopped"; elapsedMs: number } & Counters & Partial<ResourceUsage>
>;

/**
 * Prints a line of JSON for each event on standard output. While nobody reads, lines about clients are
 * dropped, and an event `more` says how many.
 */
export class JsonReporter implements Reporter {
  listening({ host, port }: Address, model: ModelName, sockets: SocketKind): void {
    print({ event: "listening", host, port, pid: Deno.pid, model, sockets });
  }

  watching(address: string): void {
    print({ event: "watching", address });
  }

  noBrowser(address: string): void {
    print({ event: "no-browser", address });
  }

  recordingFailed(path: string, reason: string): void {
    print({ event: "recording-failed", path, reason });
  }

  traceFailed(path: string, reason: string): void {
    print({ event: "trace-failed", path, reason });
  }

  traceFull(path: string): void {
    print({ event: "trace-full", path });
  }

  traceEnded(path: string, gaps: TraceGaps): void {
    print({ event: "trace-ended", path, ...gaps });
  }

  record({ event, timeMs, client, host, port, sizeBytes, bytes }: LoggedRecord): void {
    offer({
      event,
      timeMs,
      ...(host === "" ? {} : { client, peer: formatAddress({ host, port }) }),
      ...(event === "received" || event === "sent" ? { sizeBytes } : {}),
      ...(event === "received" ? { bytes: decoder.decode(bytes) } : {}),
    });
  }

  busy({ notShown }: BusyTime): void {
    offer({ event: "more", count: notShown }, notShown);
  }

  notice({ kind, ...details }: Notice): void {
    offer({ event: kind, ...details });
  }

  stopping(clients: number, graceMs: number): void {
    print({ event: "stopping", clients, graceMs });
  }

  cutOff(clients: number): void {
    print({ event: "cut-off", clients });
  }

  totals(counters: Counters, elapsedMs: number, usage?: ResourceUsage): void {
    print({ event: "stopped", elapsedMs: Math.round(elapsedMs), ...counters, ...usage });
  }
}

function print(event: ServerEvent): void {
  standardOutput.print(JSON.stringify(event));
}

/** @param events how many events the line stands for */
function offer(event: ServerEvent, events = 1): void {
  standardOutput.offer(JSON.stringify(event), describeDropped, events);
}

function describeDropped(count: number): string {
  return JSON.stringify({ event: "more", count } satisfies ServerEvent);
}
