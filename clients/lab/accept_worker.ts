/**
 * A thread that accepts from a listener which other threads use as well, and counts its clients.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { EPOLLIN } from "../../servers/sockets/interface.ts";
import { ERRNO, SystemCallError } from "../../servers/system/system_interface.ts";
import { EPOLLEXCLUSIVE, SOCK_CLOEXEC, systemCalls } from "../../servers/system/system_calls.ts";
import { EpollInstance } from "../flood/libc/epoll_instance.ts";
import { type AcceptTask, TOTAL } from "./accept_threads.ts";

const calls = systemCalls();
const NO_LIMIT = -1;

self.onmessage = ({ data }: MessageEvent<AcceptTask>) => {
  const counts = new Int32Array(data.counts);
  self.postMessage("waiting");
  const accept = data.waitsIn === "epoll"
    ? epollAccept(data.listener)
    : () => acceptOne(data.listener);
  for (let fd; (fd = accept()) >= 0;) {
    calls.close(fd);
    Atomics.add(counts, data.number, 1);
    Atomics.add(counts, TOTAL, 1);
    Atomics.notify(counts, TOTAL);
  }
  self.postMessage("ended");
};

/** @returns a descriptor, or a negative number when the listener is shut down */
function acceptOne(listener: number): number {
  for (;;) {
    const fd = calls.accept4(listener, null, null, SOCK_CLOEXEC);
    if (fd >= 0 || fd === -ERRNO.EAGAIN || fd === -ERRNO.EINVAL) return fd;
    if (fd !== -ERRNO.EINTR) throw new SystemCallError("accept4", -fd);
  }
}

/** Waits in an epoll of its own, which has the listener with EPOLLEXCLUSIVE, epoll_ctl(2). */
function epollAccept(listener: number): () => number {
  const epoll = new EpollInstance(calls);
  const status = epoll.add(listener, listener, EPOLLIN | EPOLLEXCLUSIVE);
  if (status < 0) throw new SystemCallError("epoll_ctl", -status);
  return () => {
    for (;;) {
      epoll.wait(NO_LIMIT);
      const fd = acceptOne(listener);
      if (fd !== -ERRNO.EAGAIN) return fd; // otherwise another thread was faster
    }
  };
}
