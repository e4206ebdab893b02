import type { Messages } from "../../cli/messages.ts";
import { formatBytes } from "../../cli/bytes.ts";
import { bold, dim } from "../../cli/colors.ts";
import type { Notice } from "../engine/model.ts";
import type { SocketKind } from "../engine/protocol.ts";
import type { ModelName } from "../registry.ts";
import type { Counters } from "../shared_memory/stats.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import { describeNotice, describeRecord, type LoggedRecord } from "./descriptions.ts";
import type { ResourceUsage } from "./resource_usage.ts";
import type { Reporter } from "./reporter.ts";

/** Lines of text: the log on standard output, what needs attention on standard error. */
export class TextReporter implements Reporter {
  readonly #messages: Messages;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  listening(address: Address, model: ModelName, sockets: SocketKind): void {
    const { listening } = this.#messages.serve;
    console.log(bold(listening(formatAddress(address), model, sockets, Deno.pid)));
  }

  watching(address: string): void {
    console.log(bold(this.#messages.watch.watching(address)));
  }

  noBrowser(address: string): void {
    console.error(this.#messages.watch.noBrowser(address));
  }

  recordingFailed(path: string, reason: string): void {
    console.error(this.#messages.watch.recordingFailed(path, reason));
  }

  record(record: LoggedRecord): void {
    const line = describeRecord(record, this.#messages);
    console.log(record.event === "waiting" ? dim(line) : line);
  }

  more(count: number): void {
    console.log(dim(this.#messages.serve.more(count)));
  }

  notice(notice: Notice): void {
    console.error(describeNotice(notice, this.#messages));
  }

  stopping(clients: number, graceMs: number): void {
    console.error(this.#messages.serve.stopping(clients, (graceMs / 1_000).toFixed(1)));
  }

  cutOff(clients: number): void {
    console.error(this.#messages.serve.cutOff(clients));
  }

  totals(counters: Counters, elapsedMs: number, usage?: ResourceUsage): void {
    console.log(this.#messages.serve.totals({
      ...counters,
      received: formatBytes(counters.bytesIn),
      sent: formatBytes(counters.bytesOut),
      seconds: (elapsedMs / 1_000).toFixed(1),
    }));
    if (usage !== undefined) this.#usage(counters, usage);
  }

  #usage(counters: Counters, usage: ResourceUsage): void {
    const { serve } = this.#messages;
    const { wakeUps, ready, scanned, systemCalls, recvs } = counters;
    if (wakeUps > 0) console.log(serve.wakeUps(wakeUps, ready / wakeUps, scanned / wakeUps));
    if (systemCalls > 0) console.log(serve.systemCalls(systemCalls, systemCalls / recvs));
    const { voluntarySwitches, involuntarySwitches, peakMemoryBytes } = usage;
    if (voluntarySwitches !== undefined && involuntarySwitches !== undefined) {
      console.log(serve.switches(voluntarySwitches, involuntarySwitches));
    }
    console.log(serve.cpu(usage.userSeconds.toFixed(2), usage.systemSeconds.toFixed(2)));
    if (peakMemoryBytes !== undefined) {
      const child = usage.peakChildMemoryBytes || undefined;
      console.log(serve.peakMemory(
        formatBytes(peakMemoryBytes),
        child === undefined ? undefined : formatBytes(child),
      ));
    }
  }
}
