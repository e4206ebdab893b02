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
