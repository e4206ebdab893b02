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

type Names<List extends string> = List extends `${infer First} ${infer Rest}` ? First | Names<Rest>
  : List;

/** The number of an error by its name, errno(3): `ERRNO.ECONNRESET` is 104. */
export const ERRNO = {
  ...numbered(FROM_1, 1),
  ...{ ETIME: 62, ENONET: 64, EPROTO: 71, EOVERFLOW: 75, EILSEQ: 84 },
  ...numbered(FROM_88, 88),
  ECANCELED: 125,
};

const NAMES = new Map(Object.entries(ERRNO).map(([name, number]) => [number, name]));

function numbered<List extends string>(list: List, from: number): Record<Names<List>, number> {
  const entries = list.split(" ").map((name, index) => [name, from + index]);
  return Object.fromEntries(entries); // which forgets the names
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
    const code = NAMES.get(errno) ?? "unknown error";
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
