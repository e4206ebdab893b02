/**
 * The operating system's own calls, through the C library of Linux.
 *
 * A call that fails gives its negative errno, as the kernel itself does it, and not -1 with the reason
 * left elsewhere.
 *
 * @module
 */

import { cFunctions } from "./c_library.ts";
import type { CallBuffer, SystemCalls } from "./system_interface.ts";
import { errnoOfThread } from "./this_thread.ts";

export * from "./system_interface.ts";

/** <sys/syscall.h>, which differs between processors. */
const SYS = Deno.build.arch === "x86_64"
  ? { sendto: 44, recvfrom: 45 }
  : { sendto: 206, recvfrom: 207 };

const functions = cFunctions({
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // Sizes and counts are 64 bits wide in C. Ours fit into 32, which spares BigInt on the hot path: as
  // arguments they are zero-extended, and of a result the lower half is all there is, even of -1.
  // recv and send by number, syscall(2): the C library makes them places where a thread can be cancelled,
  // which takes longer in a process of several threads, and these are never cancelled.
  syscall: {
    parameters: ["i32", "i32", "buffer", "u32", "i32", "pointer", "pointer"],
    result: "i32",
  },
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  select: { parameters: ["i32", "buffer", "buffer", "buffer", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
});

/** Whether this system has the calls: Linux on the processors whose layouts we know. */
export function hasSystemCalls(): boolean {
  return Deno.build.os === "linux" && ["x86_64", "aarch64"].includes(Deno.build.arch);
}

/**
 * The calls of this thread. Needs the permission `--allow-ffi`.
 *
 * @param count whose first element is increased with each call
 * @param opening `one by one` for a thread that starts often and makes few of the calls
 */
export function systemCalls(
  count: Float64Array = new Float64Array(1),
  opening: "together" | "one by one" = "together",
): SystemCalls {
  const c = functions(opening);
  const fail = errnoInstead(count);
  // One function for each, so that each is compiled to the call itself.
  return {
    made: count,
    socket: (domain, type, protocol) => fail(c.socket(domain, type, protocol)),
    socketpair: (domain, type, protocol, pair) =>
      fail(c.socketpair(domain, type, protocol, raw(pair))),
    bind: (fd, address, sizeBytes) => fail(c.bind(fd, raw(address), sizeBytes)),
    listen: (fd, backlog) => fail(c.listen(fd, backlog)),
    accept4: (fd, address, size, flags) => fail(c.accept4(fd, raw(address), raw(size), flags)),
    connect: (fd, address, sizeBytes) => fail(c.connect(fd, raw(address), sizeBytes)),
    recv: (fd, buffer, sizeBytes, flags) =>
      fail(c.syscall(SYS.recvfrom, fd, raw(buffer), sizeBytes, flags, null, null)),
    send: (fd, buffer, sizeBytes, flags) =>
      fail(c.syscall(SYS.sendto, fd, raw(buffer), sizeBytes, flags, null, null)),
    read: (fd, buffer, sizeBytes) => fail(c.read(fd, raw(buffer), sizeBytes)),
    write: (fd, buffer, sizeBytes) => fail(c.write(fd, raw(buffer), sizeBytes)),
    shutdown: (fd, how) => fail(c.shutdown(fd, how)),
    close: (fd) => fail(c.close(fd)),
    setsockopt: (fd, level, name, value, size) =>
      fail(c.setsockopt(fd, level, name, raw(value), size)),
    getsockopt: (fd, level, name, value, size) =>
      fail(c.getsockopt(fd, level, name, raw(value), raw(size))),
    getsockname: (fd, address, size) => fail(c.getsockname(fd, raw(address), raw(size))),
    getpeername: (fd, address, size) => fail(c.getpeername(fd, raw(address), raw(size))),
    fcntl: (fd, command, argument) => fail(c.fcntl(fd, command, argument)),
    select: (count, read, write, except, timeout) =>
      fail(c.select(count, raw(read), raw(write), raw(except), raw(timeout))),
    poll: (descriptors, count, timeoutMs) => fail(c.poll(raw(descriptors), count, timeoutMs)),
    epoll_create1: (flags) => fail(c.epoll_create1(flags)),
    epoll_ctl: (epoll, operation, fd, event) => fail(c.epoll_ctl(epoll, operation, fd, raw(event))),
    epoll_wait: (epoll, events, max, timeoutMs) =>
      fail(c.epoll_wait(epoll, raw(events), max, timeoutMs)),
    eventfd: (initial, flags) => fail(c.eventfd(initial, flags)),
  };
}

/** Deno's types want plain memory; its calls take shared memory as well. */
function raw(buffer: CallBuffer): BufferSource | null {
  return buffer as BufferSource | null;
}

/**
 * Makes a function that turns a result of -1 into the negative errno. Call it with the result before any
 * other call.
 *
 * @param count its first element grows with each call
 */
export function errnoInstead(
  count: Float64Array = UNCOUNTED,
): (result: number) => number {
  const errno = errnoOfThread();
  return (result) => {
    count[0]++;
    return result === -1 ? -errno[0] : result;
  };
}

/** What nobody counts. Made once, since memory of its own is dear in the child of a fork. */
const UNCOUNTED = new Float64Array(1);
