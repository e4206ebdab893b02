/** Thrown by a call on a socket that this side has closed, or closes while the call waits. */
export class SocketClosed extends Error {
  override readonly name = "SocketClosed";
  readonly code = "EBADF";

  constructor() {
    super("this side has closed the socket");
  }
}

/** Thrown by `send` after this side has shut down sending. Python: `BrokenPipeError`. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
  readonly code = "EPIPE";

  constructor() {
    super("this side has shut down sending");
  }
}

/** A call on a socket took longer than its time limit. Python: `socket.timeout`. */
export class SocketTimeout extends Error {
  override readonly name = "SocketTimeout";
  readonly code = "ETIMEDOUT";

  constructor() {
    super("timed out");
  }
}
