/**
 * Both ends of what joins the rooms of a thread or process to those of all others, whatever carries the
 * messages between them.
 *
 * @module
 */

import { OUTBOX_LIMIT_BYTES } from "../handlers/outbox.ts";
import type { HubLink, RoomHub } from "../handlers/room_hub.ts";
import type { RoomLink, RoomMessage, Rooms } from "../handlers/rooms.ts";

/**
 * What a thread or process may have not heard yet, in bytes, before its clients are let go. It may have
 * many, so it is given more time than one client that does not read.
 */
export const UNHEARD_LIMIT_BYTES = 8 * OUTBOX_LIMIT_BYTES;
/** Each time that it has heard so much, it says so. */
const HEARD_BYTES = 65_536;
/** What a message takes besides the bytes that are said. */
const MESSAGE_BYTES = 128;

/** A message to the hub. Plain data. */
export type ToHub =
  | RoomMessage
  /** It has clients, and is to hear of the others. */
  | { readonly kind: "open" }
  /** It has none, and may block. */
  | { readonly kind: "close" }
  | { readonly kind: "heard"; readonly sizeBytes: number };

/** A message from the hub. Plain data. */
export type FromHub =
  | RoomMessage
  /** Who is there. */
  | { readonly kind: "members"; readonly members: readonly RoomMessage[] }
  /** It has not heard for too long, and nothing more is kept for it. */
  | { readonly kind: "overrun" };

/** The hub's end. What is under way to the other end is bounded. */
export class HubEnd implements HubLink {
  #unheardBytes = 0;

  /** @param tell sends a message to the other end, without waiting */
  constructor(private readonly hub: RoomHub, private readonly tell: (message: FromHub) => void) {}

  send(message: RoomMessage): void {
    this.#unheardBytes += sizeOf(message);
    if (this.#unheardBytes <= UNHEARD_LIMIT_BYTES) return this.tell(message);
    this.hub.remove(this);
    this.tell({ kind: "overrun" });
  }

  hear(data: ToHub): void {
    if (data.kind === "heard") this.#unheardBytes -= data.sizeBytes;
    else if (data.kind === "close") this.hub.remove(this);
    else if (data.kind !== "open") this.hub.hear(this, data);
    else {
      this.#unheardBytes = 0;
      this.tell({ kind: "members", members: this.hub.add(this) });
    }
  }

  /** The thread or process has ended. */
  end(): void {
    this.hub.remove(this);
  }
}

/** The rooms of a thread or process, joined to those of the others while it has clients. */
export abstract class JoinedRooms implements RoomLink {
  /** Whether the rooms know who is there. */
  protected isTold = false;
  #isOpen = false;
  #heardBytes = 0;

  constructor(readonly rooms: Rooms) {
    rooms.link = this;
  }

  /** Sends a message to the hub. */
  protected abstract tell(message: ToHub): void;

  /** Asks who is there. The answer comes in its turn. */
  protected ask(): void {
    this.#isOpen = true;
    this.isTold = false;
    this.#heardBytes = 0;
    this.tell({ kind: "open" });
  }

  /** There is no client, and what this hears from now on is for nobody. */
  close(): void {
    if (this.#isOpen) this.tell({ kind: "close" });
    this.#isOpen = false;
  }

  send(message: RoomMessage): void {
    if (this.#isOpen) this.tell(message);
  }

  /** A message has come from the hub. */
  hear(data: FromHub): void {
    if (!this.#isOpen) return; // it came while this was closing
    if (data.kind === "members") {
      this.rooms.hearAll(data.members);
      this.isTold = true;
    } else if (data.kind === "overrun") {
      this.rooms.letGo();
      this.ask();
    } else {
      this.rooms.hear(data);
      this.#heardBytes += sizeOf(data);
      if (this.#heardBytes < HEARD_BYTES) return;
      this.tell({ kind: "heard", sizeBytes: this.#heardBytes });
      this.#heardBytes = 0;
    }
  }
}

function sizeOf(message: RoomMessage): number {
  return MESSAGE_BYTES + (message.kind === "said" ? message.bytes.length : 0);
}
