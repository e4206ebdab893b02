/**
 * The operating system's own calls, their constants and their errors, as `system_calls.ts` makes them.
 *
 * @module
 */

/** Values of <sys/socket.h>, <netinet/in.h> and <netinet/tcp.h>, the same on x86-64 and arm64. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x8_0000;
export const MSG_DONTWAIT = 0x40;
export const MSG_WAITALL = 0x100;
export const MSG_NOSIGNAL = 0x4000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;
export const MSG_PEEK = 2;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const TCP_INFO = 11;
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
/** <sys/epoll.h> */
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0x8_0000;
/** Of several epolls that watch a file, the system wakes one, or some, and not all of them. */
export const EPOLLEXCLUSIVE = 0x1000_0000;
/** Both directions are at their end; it is reported whether asked for or not, as by poll(2). */
export const EPOLLHUP = 0x010;
/** The other side has sent its last byte. */
export const EPOLLRDHUP = 0x2000;
/**
 * The layout of `struct epoll_event` in 32-bit words: packed on x86-64, and with the data aligned to
 * 8 bytes elsewhere. The first word has the bits; the data is whatever was given with them, in two halves.
 */
export const EPOLL_EVENT = Deno.build.arch === "x86_64"
  ? { words: 3, data: 1, moreData: 2 }
  : { words: 4, data: 2, moreData: 3 };
/** <sys/eventfd.h> */
export const EFD_CLOEXEC = 0x8_0000;
export const EFD_NONBLOCK = 0x800;
/** <signal.h> */
export const SIG_UNBLOCK = 1;
/** <fcntl.h> */
export const F_GETFD = 1;
export const F_SETFD = 2;
export const FD_CLOEXEC = 1;
export const F_GETFL = 3;
export const F_SETFL = 4;

/** Bytes that a call reads or fills while it runs; it keeps none of them. */
export type CallBuffer = ArrayBufferView<ArrayBufferLike> | null;

/**
 * The calls, by their names, with the arguments of their man pages in section 2. Each gives what it
 * gives in C, or the negative errno when it failed.
 */
export interface SystemCalls {
  /** Its first element grows with each call. */
  readonly made: Float64Array;
  socket(domain: number, type: number, protocol: number): number;
  socketpair(domain: number, type: number, protocol: number, pair: CallBuffer): number;
  bind(fd: number, address: CallBuffer, sizeBytes: number): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: CallBuffer, sizeBytes: CallBuffer, flags: number): number;
  connect(fd: number, address: CallBuffer, sizeBytes: number): number;
  recv(fd: number, buffer: CallBuffer, sizeBytes: number, flags: number): number;
  send(fd: number, buffer: CallBuffer, sizeBytes: number, flags: number): number;
  read(fd: number, buffer: CallBuffer, sizeBytes: number): number;
  write(fd: number, buffer: CallBuffer, sizeBytes: number): number;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  setsockopt(fd: number, level: number, name: number, value: CallBuffer, size: number): number;
  getsockopt(fd: number, level: number, name: number, value: CallBuffer, size: CallBuffer): number;
  getsockname(fd: number, address: CallBuffer, sizeBytes: CallBuffer): number;
  getpeername(fd: number, address: CallBuffer, sizeBytes: CallBuffer): number;
  fcntl(fd: number, command: number, argument: number): number;
  select(
    count: number,
    read: CallBuffer,
    write: CallBuffer,
    except: CallBuffer,
    timeout: CallBuffer,
  ): number;
  poll(descriptors: CallBuffer, count: number, timeoutMs: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: CallBuffer): number;
  epoll_wait(epoll: number, events: CallBuffer, max: number, timeoutMs: number): number;
  eventfd(initial: number, flags: number): number;
}

/**
 * The errors of Linux from 1 and from 88 on, in order, errno(3). x86-64 and arm64 agree. Node has them
 * too, but to load its part of the runtime takes each thread some milliseconds.
 */
const FROM_1 = `EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES \
EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG \
ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP`;
const FROM_88 = `ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT \
ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH \
ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT \
ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE`;
/** Others that may come. */
const OTHERS: Readonly<Record<number, string>> = {
  62: "ETIME",
  64: "ENONET",
  71: "EPROTO",
  75: "EOVERFLOW",
  84: "EILSEQ",
  125: "ECANCELED",
};

/** The numbers of the errors that the code and its tests name, errno(3): `ERRNO.ECONNRESET` is 104. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENOEXEC: 8,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EPIPE: 32,
  ENOSYS: 38,
  ETIME: 62,
  ENONET: 64,
  EPROTO: 71,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
  ECANCELED: 125,
};

/** The name of an error. Errors are rare, so the lists are cut when one has come. */
function nameOf(errno: number): string {
  const name = errno < 88 ? FROM_1.split(" ")[errno - 1] : FROM_88.split(" ")[errno - 88];
  return name ?? OTHERS[errno] ?? "unknown error";
}

/** A call of the system's that failed. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  /** The name of the error, for example `ECONNRESET`. */
  readonly code: string;

  /**
   * @param call the call that failed
   * @param errno its number, errno(3)
   */
  constructor(readonly call: string, readonly errno: number) {
    const code = nameOf(errno);
    super(`${call}: ${code} (${errno})`);
    this.code = code;
  }
}

/**
 * `result`, if the call succeeded.
 *
 * @param call its name, for the error
 * @param result what a {@linkcode SystemCalls} method gave: the negative errno when it failed
 * @throws {SystemCallError} when it failed
 */
export function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, -result);
  return result;
}
