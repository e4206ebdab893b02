import { checkedWait, type Coroutine, type Wait } from "./park.ts";
import { SocketTimeout } from "./socket_errors.ts";
import { SocketFile } from "./socket_file.ts";
import { Timeout } from "./timeout.ts";

/** A socket that bytes come from and go to, plain or by TLS: what both have. */
export abstract class StreamSocket {
  /** How long a call may wait. */
  protected timeoutMs = Infinity;

  /** Waits for at most `sizeBytes`; none at the end of the stream. */
  abstract recv(sizeBytes: number): Wait<Uint8Array>;
  /** Waits until all of `bytes` are taken. */
  abstract send(bytes: Uint8Array): Wait;
  abstract close(): void;

  /**
   * From now on, a call that waits for longer than `timeoutMs` throws a {@linkcode SocketTimeout}; with
   * 0, it tries once. Python: `settimeout`.
   */
  setTimeout(timeoutMs: number): void {
    this.timeoutMs = timeoutMs;
  }

  /** The stream as a file of text in UTF-8 (`r`) or of bytes (`rb`), with `readline`. */
  makefile(mode?: "r"): SocketFile<string>;
  makefile(mode: "rb"): SocketFile<Uint8Array>;
  makefile(mode: "r" | "rb" = "r"): SocketFile<string> | SocketFile<Uint8Array> {
    if (mode === "rb") return new SocketFile(this, (bytes) => bytes);
    const decoder = new TextDecoder();
    return new SocketFile(this, (bytes) => decoder.decode(bytes));
  }
}

/**
 * Waits for what `begin` begins.
 *
 * @throws {SocketTimeout} when that takes longer than `timeoutMs`
 */
export const inTime = checkedWait(function* inTime<Value>(
  timeoutMs: number,
  begin: () => Wait<Value>,
): Coroutine<Value> {
  using _timeout = new Timeout(timeoutMs, SocketTimeout);
  return yield* begin();
});
