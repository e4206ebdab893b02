import type { Messages } from "../../cli/messages.ts";
import { formatBytes } from "../../cli/bytes.ts";
import { bold, dim } from "../../cli/colors.ts";
import type { Notice } from "../engine/model.ts";
import type { SocketKind } from "../engine/protocol.ts";
import type { ModelName } from "../registry.ts";
import type { Counters } from "../shared_memory/stats.ts";
import type { TraceRecord } from "../shared_memory/trace.ts";
import { type Address, formatAddress } from "../sockets/interface.ts";
import type { ResourceUsage } from "./resource_usage.ts";
import type { Reporter } from "./reporter.ts";
import { showBytes } from "./show_bytes.ts";

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

  record(record: TraceRecord): void {
    console.log(this.#describe(record));
  }

  more(count: number): void {
    console.log(dim(this.#messages.serve.more(count)));
  }

  notice(notice: Notice): void {
    console.error(this.#describeNotice(notice));
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

  #describe({ event, host, port, sizeBytes, bytes }: TraceRecord): string {
    const { serve } = this.#messages;
    const address = formatAddress({ host, port });
    switch (event) {
      case "waiting":
        return dim(serve.waiting);
      case "accepted":
        return serve.accepted(address);
      case "received":
        return serve.received(address, showBytes(bytes, sizeBytes), sizeBytes);
      case "sent":
        return serve.sent(address, sizeBytes);
      case "reset":
        return serve.reset(address);
      case "closed":
        return serve.closed(address);
      case "refused":
        return serve.refused(address);
    }
  }

  #describeNotice(notice: Notice): string {
    const { serve } = this.#messages;
    switch (notice.kind) {
      case "out-of-descriptors":
        return serve.outOfDescriptors(String(notice.limit));
      case "beyond-fd-setsize":
        return serve.beyondFdSetSize(notice.descriptor, notice.fdSetSize);
      case "clients-limited":
        return serve.clientsLimited(notice.most, String(notice.limit));
      case "held-up":
        return serve.heldUp(notice.who, notice.heldMs, notice.untold);
      case "accept-failed":
        return serve.acceptFailed(notice.reason);
      case "client-failed":
        return serve.clientFailed(notice.peer, notice.reason);
      case "child-ended": {
        const { pid, peer, signal, code } = notice;
        return signal === null
          ? serve.childFailed(pid, peer, code)
          : serve.childKilled(pid, peer, signal);
      }
    }
  }
}
