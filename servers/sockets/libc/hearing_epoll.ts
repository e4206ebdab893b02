import type { Pollable, ReadyEvent } from "../interface.ts";
import { LibcEpoll } from "./epoll.ts";
import type { LibcReactor } from "./reactor.ts";

/** An epoll for a thread whose event loop goes on while it waits: always, or when it is asked to. */
export class HearingEpoll<Watched extends Pollable> extends LibcEpoll<Watched> {
  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(reactor: LibcReactor) {
    super(reactor);
    if (reactor.runsEventLoop) this.wait = (timeoutMs) => this.#waitAndHear(timeoutMs);
  }

  /** An epoll can be polled as well, epoll(7). An error would be that of the next wait. */
  waitAside(timeoutMs: number): Promise<void> {
    return this.reactor.offThread.readable([this.fd], this.reactor.prepareWait(timeoutMs));
  }

  async #waitAndHear(timeoutMs: number): Promise<ReadyEvent<Watched>[]> {
    await this.waitAside(timeoutMs);
    return await super.wait(0);
  }
}
