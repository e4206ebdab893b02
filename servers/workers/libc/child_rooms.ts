import { type FromHub, JoinedRooms, type ToHub } from "../../context/joined_rooms.ts";
import type { Rooms } from "../../handlers/rooms.ts";
import { EPOLLIN } from "../../sockets/interface.ts";
import { ERRNO } from "../../system/system_interface.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL, type SystemCalls } from "../../system/system_calls.ts";
import { encodeFrame, FrameReader } from "../frames.ts";

const BUFFER_BYTES = 65_536;

/**
 * The rooms of a process that was forked or started by a server, joined to those of the others by a socket to the parent. The
 * child of a fork has no event loop: it hears while it waits for its client, by poll(2) on both.
 */
export class ChildRooms extends JoinedRooms {
  /** Of the socket to the parent. The parent has none: it makes this for its children, which set it. */
  descriptor = -1;
  readonly #calls: SystemCalls;
  readonly #reader = new FrameReader();
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #polled = new Int32Array(4);
  readonly #lookAgainMs: number;

  /** @param lookAgainMs how long a wait for the client takes at most, as poll(2) takes it */
  constructor(calls: SystemCalls, rooms: Rooms, lookAgainMs = -1) {
    super(rooms);
    this.#calls = calls;
    this.#lookAgainMs = lookAgainMs;
  }

  /** Blocks until the rooms know who is there. */
  open(): void {
    this.ask();
    while (!this.isTold && this.#receive(0));
  }

  /** Asks who is there, and does not wait for the answer. */
  override ask(): void {
    super.ask();
  }

  /** Waits until `fd` is ready for `events`, and hears meanwhile. */
  readonly waitFor = (fd: number, events: number): void => {
    const polled = this.#polled;
    polled[0] = fd;
    polled[1] = events;
    polled[2] = this.descriptor;
    polled[3] = EPOLLIN;
    this.#calls.poll(polled, 2, this.#lookAgainMs);
    if (polled[3] >>> 16 !== 0) this.hearNow();
  };

  /** The child of a fork has nobody who could interrupt it but itself. */
  interruptWait(): void {}

  /** {@linkcode hearNow}, if `fd` is what is heard. */
  hearIf(fd: number): void {
    if (fd === this.descriptor) this.hearNow();
  }

  /** Hears what has come. */
  hearNow(): void {
    while (this.#receive(MSG_DONTWAIT));
  }

  protected tell(message: ToHub): void {
    const frame = encodeFrame(message);
    for (let sent = 0; sent < frame.length;) {
      const rest = frame.subarray(sent);
      const count = this.#calls.send(this.descriptor, rest, rest.length, MSG_NOSIGNAL);
      if (count < 0 && count !== -ERRNO.EINTR) return; // the parent is gone, and this process ends with it
      sent += Math.max(0, count);
    }
  }

  /** @returns whether it is worth receiving again */
  #receive(flags: number): boolean {
    const buffer = this.#buffer;
    const count = this.#calls.recv(this.descriptor, buffer, buffer.length, flags);
    if (count === -ERRNO.EINTR) return true;
    if (count === 0) this.descriptor = -1; // the parent is gone; poll(2) passes over it
    if (count <= 0) return false;
    // The parent has made them by the same code.
    for (const message of this.#reader.read(buffer.subarray(0, count))) {
      this.hear(message as FromHub);
    }
    return true;
  }
}
