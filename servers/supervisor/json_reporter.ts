import type { Notice } from "../engine/model.ts";
import type { SocketKind } from "../engine/protocol.ts";
import type { ModelName } from "../registry.ts";
import type { Counters } from "../shared_memory/stats.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import type { LoggedRecord } from "./descriptions.ts";
import type { ResourceUsage } from "./resource_usage.ts";
import type { Reporter } from "./reporter.ts";

const decoder = new TextDecoder();

/** A line of JSON for each event, on standard output. */
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

  record({ event, timeMs, client, host, port, sizeBytes, bytes }: LoggedRecord): void {
    print({
      event,
      timeMs,
      ...(host === "" ? {} : { client, peer: formatAddress({ host, port }) }),
      ...(event === "received" || event === "sent" ? { sizeBytes } : {}),
      ...(event === "received" ? { bytes: decoder.decode(bytes) } : {}),
    });
  }

  more(count: number): void {
    print({ event: "more", count });
  }

  notice({ kind, ...details }: Notice): void {
    print({ event: kind, ...details });
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

function print(event: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(event));
}
