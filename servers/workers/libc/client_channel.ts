import type { ListedClient } from "../../context/forked_workers.ts";
import { DescriptorPassing } from "../../system/descriptor_passing.ts";
import { socketPair } from "../../system/socket_pair.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL, type SystemCalls } from "../../system/system_calls.ts";

/** A message: the number of the client, its port and its host as text, filled up with spaces. */
const MESSAGE_BYTES = 80;
/** What a child sends when it is free. */
const FREE = Uint8Array.of(1);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A client that was passed, with its descriptor in this process. */
export interface PassedClient extends ListedClient {
  readonly descriptor: number;
}

/**
 * Two connected sockets between a parent and a child: the parent passes clients, and the child says each
 * time that it is free.
 */
export class ClientChannel {
  readonly #parentSide: number;
  readonly childSide: number;
  readonly #calls: SystemCalls;
  readonly #passing = new DescriptorPassing(MESSAGE_BYTES);
  readonly #said = new Uint8Array(FREE.length);

  /** @throws {SystemCallError} when there is no descriptor left */
  constructor(calls: SystemCalls) {
    this.#calls = calls;
    [this.#parentSide, this.childSide] = socketPair();
  }

  /** In the parent: readable when the child is free. */
  get descriptor(): number {
    return this.#parentSide;
  }

  /** In the parent: whether the child has said that it is free since the last call. */
  takeFree(): boolean {
    return this.#calls.recv(this.#parentSide, this.#said, FREE.length, MSG_DONTWAIT) > 0;
  }

  /**
   * In the parent: passes a client.
   *
   * @returns whether the child is there
   * @throws {SystemCallError} when the system refuses
   */
  pass({ id, descriptor, peer: { host, port } }: PassedClient): boolean {
    encoder.encodeInto(`${id} ${port} ${host}`.padEnd(MESSAGE_BYTES), this.#passing.bytes);
    return this.#passing.send(this.#parentSide, descriptor);
  }

  /** In the child. */
  tellFree(): void {
    this.#calls.send(this.childSide, FREE, FREE.length, MSG_NOSIGNAL);
  }

  /**
   * In the child: blocks until the parent passes a client.
   *
   * @returns `interrupted` when a signal came; `undefined` when there will be no more
   * @throws {SystemCallError} when the system refuses
   */
  receive(): PassedClient | "interrupted" | undefined {
    const descriptor = this.#passing.receive(this.childSide);
    if (descriptor === undefined) return undefined;
    if (descriptor < 0) return "interrupted";
    const [id, port, host] = decoder.decode(this.#passing.bytes).split(" ");
    return { id: Number(id), descriptor, peer: { host, port: Number(port) } };
  }

  /** In the parent, after the fork: the child's side is the child's alone, so that its end is seen. */
  closeChildSide(): void {
    this.#calls.close(this.childSide);
  }

  /** In the parent: the child is told no more. */
  close(): void {
    this.#calls.close(this.#parentSide);
  }
}
