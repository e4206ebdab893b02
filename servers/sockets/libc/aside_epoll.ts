import { EPOLLIN, type Pollable } from "../interface.ts";
import { LibcEpoll } from "./epoll.ts";
import { pollAside } from "./poll_aside.ts";

/** An epoll whose thread can do something else while it waits. */
export class AsideEpoll<Watched extends Pollable> extends LibcEpoll<Watched> {
  /** A `struct pollfd`, poll(2). */
  readonly #polled = new Int32Array(2);

  async waitAside(timeoutMs: number): Promise<void> {
    // An epoll can be polled as well, epoll(7). An error would be that of the next wait.
    this.#polled.set([this.fd, EPOLLIN]);
    await pollAside()(this.#polled, 1, this.reactor.prepareWait(timeoutMs));
  }
}
