import { type FromHub, HubEnd, type ToHub } from "../../context/joined_rooms.ts";
import { RoomHub } from "../../handlers/room_hub.ts";
import { EPOLLIN, EPOLLOUT } from "../../sockets/interface.ts";
import { checked, ERRNO } from "../../system/system_interface.ts";
import { socketPair } from "../../system/socket_pair.ts";
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_MOD } from "../../system/system_calls.ts";
import { EPOLL_EVENT, MSG_DONTWAIT, MSG_NOSIGNAL } from "../../system/system_calls.ts";
import { SOCK_STREAM, type SystemCalls } from "../../system/system_calls.ts";
import { encodeFrame, FrameReader } from "../frames.ts";

const { words: WORDS, data: DESCRIPTOR } = EPOLL_EVENT;
const MAX_EVENTS = 64;
const BUFFER_BYTES = 262_144;

/** A socket to a child, in its parent. */
interface Link {
  readonly end: HubEnd;
  readonly reader: FrameReader;
  /** What its socket has not taken. */
  unsent: Uint8Array[];
}

/** What a child has of it, before it is forked. */
export interface ChildLink {
  /** The descriptor of the parent's socket, by which the parent knows it. */
  readonly parentSide: number;
  readonly childSide: number;
}

/**
 * Joins the rooms of processes, in the process that forks them: it passes on what they say while it waits
 * for clients and for ends of children. No call of it blocks.
 */
export class RoomRelay {
  /** Readable when there is something to {@linkcode relay}, an epoll(7). */
  readonly descriptor: number;
  readonly #calls: SystemCalls;
  readonly #hub = new RoomHub();
  readonly #links = new Map<number, Link>();
  readonly #events = new Int32Array(WORDS * MAX_EVENTS);
  readonly #event = new Int32Array(WORDS);
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** The message that was encoded last: most go to many. */
  #last: { readonly message: FromHub; readonly frame: Uint8Array } | undefined = undefined;

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.descriptor = checked("epoll_create1", calls.epoll_create1(EPOLL_CLOEXEC));
  }

  /**
   * Makes the link of a child that is about to be forked.
   *
   * @throws {SystemCallError} when there is no descriptor left
   */
  begin(): ChildLink {
    const [parentSide, childSide] = socketPair(SOCK_STREAM);
    return { parentSide, childSide };
  }

  /** The child is there, or there can be none. */
  begun(link: ChildLink, isThere: boolean): void {
    this.#calls.close(link.childSide);
    if (isThere) this.listen(link);
    else this.#calls.close(link.parentSide);
  }

  /** From now on hears what is said through the link. */
  listen({ parentSide }: ChildLink): void {
    const unsent: Uint8Array[] = [];
    const end = new HubEnd(this.#hub, (message) => this.#tell(parentSide, message));
    this.#links.set(parentSide, { end, reader: new FrameReader(), unsent });
    this.#control(EPOLL_CTL_ADD, parentSide, EPOLLIN);
  }

  /** The child has ended. What it has said before that is passed on. */
  ended({ parentSide }: ChildLink): void {
    const link = this.#links.get(parentSide);
    if (link === undefined) return;
    this.#receive(parentSide, link);
    this.#links.delete(parentSide);
    link.end.end();
    this.#calls.close(parentSide);
  }

  /** Passes on what is there. */
  relay(): void {
    const count = this.#calls.epoll_wait(this.descriptor, this.#events, MAX_EVENTS, 0);
    for (let at = 0; at < count * WORDS; at += WORDS) {
      const fd = this.#events[at + DESCRIPTOR];
      const link = this.#links.get(fd);
      if (link === undefined) continue;
      if ((this.#events[at] & EPOLLOUT) !== 0) this.#flush(fd, link);
      if ((this.#events[at] & ~EPOLLOUT) !== 0) this.#receive(fd, link);
    }
  }

  #receive(fd: number, { end, reader }: Link): void {
    const buffer = this.#buffer;
    for (;;) {
      const count = this.#calls.recv(fd, buffer, buffer.length, MSG_DONTWAIT);
      if (count === -ERRNO.EINTR) continue;
      if (count === 0) this.#control(EPOLL_CTL_MOD, fd, 0); // wait(2) will tell that it has ended
      if (count <= 0) return;
      // The child has made them by the same code.
      for (const message of reader.read(buffer.subarray(0, count))) end.hear(message as ToHub);
      if (count < buffer.length) return;
    }
  }

  #tell(fd: number, message: FromHub): void {
    const link = this.#links.get(fd);
    if (link === undefined) return;
    if (this.#last?.message !== message) this.#last = { message, frame: encodeFrame(message) };
    const wasEmpty = link.unsent.length === 0;
    link.unsent.push(this.#last.frame);
    if (wasEmpty) this.#flush(fd, link);
  }

  #flush(fd: number, link: Link): void {
    let sent = 0;
    for (; sent < link.unsent.length; sent++) {
      const bytes = link.unsent[sent];
      const count = this.#calls.send(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count === bytes.length) continue;
      if (count > 0) link.unsent[sent] = bytes.subarray(count);
      break;
    }
    link.unsent = link.unsent.slice(sent);
    this.#control(EPOLL_CTL_MOD, fd, link.unsent.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  #control(operation: number, fd: number, events: number): void {
    this.#event[0] = events;
    this.#event[DESCRIPTOR] = fd;
    this.#calls.epoll_ctl(this.descriptor, operation, fd, this.#event);
  }
}
