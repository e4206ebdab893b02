import type { Messages } from "../../cli/messages.ts";
import { formatBytes } from "../../cli/bytes.ts";
import { bold, dim } from "../../cli/colors.ts";
import { standardError, standardOutput } from "../../cli/output.ts";
import type { Notice } from "../context/context.ts";
import type { SocketKind } from "../context/protocol.ts";
import type { ModelName } from "../context/context.ts";
import type { Counters } from "../metrics/counter_totals.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import { describeNotice, describeRecord, type LoggedRecord } from "./descriptions.ts";
import type { ResourceUsage } from "./resource_usage.ts";
import type { BusyTime, Reporter, TraceGaps } from "./reporter.ts";

/**
 * Prints lines of text: the log on standard output, and notices on standard error. While nobody reads,
 * lines about clients are dropped, and a line says how many.
 */
export class TextReporter implements Reporter {
  readonly #messages: Messages;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  listening(address: Address, model: ModelName, sockets: SocketKind): void {
    const { listening } = this.#messages.serve;
    standardOutput.print(bold(listening(formatAddress(address), model, sockets, Deno.pid)));
  }

  watching(address: string): void {
    standardOutput.print(bold(this.#messages.watch.watching(address)));
  }

  noBrowser(address: string): void {
    standardError.print(this.#messages.watch.noBrowser(address));
  }

  recordingFailed(path: string, reason: string): void {
    console.error(this.#messages.watch.recordingFailed(path, reason));
  }

  traceFailed(path: string, reason: string): void {
    console.error(this.#messages.watch.traceFailed(path, reason));
  }

  traceFull(path: string): void {
    console.error(this.#messages.watch.traceFull(path));
  }

  traceEnded(path: string, gaps: TraceGaps): void {
    console.error(this.#messages.watch.traceGaps(`--trace ${path}`, gaps));
  }

  record(record: LoggedRecord): void {
    const line = describeRecord(record, this.#messages);
    this.#log(record.event === "waiting" ? dim(line) : line);
  }

  busy({ active, accepted, closed, messagesPerSecond }: BusyTime): void {
    if (accepted + closed + messagesPerSecond === 0) return; // the dropped records are older
    this.#log(dim(this.#messages.serve.busy(active, messagesPerSecond, accepted, closed)));
  }

  notice(notice: Notice): void {
    standardError.offer(describeNotice(notice, this.#messages), this.#messages.serve.more);
  }

  stopping(clients: number, graceMs: number): void {
    standardError.print(this.#messages.serve.stopping(clients, (graceMs / 1_000).toFixed(1)));
  }

  cutOff(clients: number): void {
    standardError.print(this.#messages.serve.cutOff(clients));
  }

  totals(counters: Counters, elapsedMs: number, usage?: ResourceUsage): void {
    standardOutput.print(this.#messages.serve.totals({
      ...counters,
      received: formatBytes(counters.bytesIn),
      sent: formatBytes(counters.bytesOut),
      seconds: (elapsedMs / 1_000).toFixed(1),
    }));
    if (usage !== undefined) this.#usage(counters, usage);
  }

  #log(line: string): void {
    standardOutput.offer(line, this.#messages.serve.more);
  }

  #usage(counters: Counters, usage: ResourceUsage): void {
    const { serve } = this.#messages;
    const { wakeUps, ready, scanned, systemCalls, recvs } = counters;
    if (wakeUps > 0) {
      standardOutput.print(serve.wakeUps(wakeUps, ready / wakeUps, scanned / wakeUps));
    }
    if (systemCalls > 0) standardOutput.print(serve.systemCalls(systemCalls, systemCalls / recvs));
    const { voluntarySwitches, involuntarySwitches, peakMemoryBytes } = usage;
    if (voluntarySwitches !== undefined && involuntarySwitches !== undefined) {
      standardOutput.print(serve.switches(voluntarySwitches, involuntarySwitches));
    }
    standardOutput.print(serve.cpu(usage.userSeconds.toFixed(2), usage.systemSeconds.toFixed(2)));
    if (peakMemoryBytes !== undefined) {
      const child = usage.peakChildMemoryBytes || undefined;
      standardOutput.print(serve.peakMemory(
        formatBytes(peakMemoryBytes),
        child === undefined ? undefined : formatBytes(child),
      ));
    }
  }
}
