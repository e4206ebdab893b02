// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { endOf, type ProcessEnd, sendSignal, spawn } from "../../servers/system/spawn.ts";

const POLL_INTERVAL_MS = 1;

/**
 * A program whose standard input and output are one descriptor, as with inetd. Linux. Dispose of it,
 * and it runs no more; it also ends by itself when the other end of its connection is closed.
 */
export class Child implements AsyncDisposable {
  readonly #pid: number;
  #end: ProcessEnd | undefined = undefined;

  /** @throws {SystemCallError} when it cannot be started */
  constructor(command: readonly string[], descriptor: number) {
    this.#pid = spawn({ command, descriptors: [descriptor, descriptor] });
  }

  /** Waits for its end. */
  async ended(): Promise<void> {
    while ((this.#end ??= endOf(this.#pid)) === undefined) await delay(POLL_INTERVAL_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined) sendSignal(-this.#pid, "SIGKILL");
    await this.ended();
  }
}
