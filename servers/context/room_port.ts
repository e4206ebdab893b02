/**
 * How the rooms of several threads are joined: the supervisor has a port to each thread, and passes on.
 *
 * A channel to which all threads listen, such as BroadcastChannel, would be simpler. But Deno's keeps 256
 * messages for a thread that is busy, and drops others without a word.
 *
 * @module
 */

import { OUTBOX_LIMIT_BYTES } from "../handlers/outbox.ts";
import { type HubLink, RoomHub } from "../handlers/room_hub.ts";
import { type RoomLink, type RoomMessage, Rooms } from "../handlers/rooms.ts";

/**
 * What a thread may have not heard yet, in bytes, before its clients are let go. It has many clients, so
 * it is given more time than one that does not read.
 */
export const UNHEARD_LIMIT_BYTES = 8 * OUTBOX_LIMIT_BYTES;
/** A thread says so often what it has heard. */
const HEARD_BYTES = 65_536;
/** What a message takes besides the bytes that are said. */
const MESSAGE_BYTES = 128;

/** What a thread needs to join its rooms to those of the others. The port is to be transferred. */
export interface RoomsOfThread {
  readonly port: MessagePort;
  /** See {@linkcode Rooms.shareNothing}. */
  readonly whyNothingIsShared: string;
}

type FromThread =
  | RoomMessage
  /** It has clients, and is to hear of the others. */
  | { readonly kind: "open" }
  /** It has none, and may block. */
  | { readonly kind: "close" }
  | { readonly kind: "heard"; readonly sizeBytes: number };

type ToThread =
  | RoomMessage
  /** Who is there. */
  | { readonly kind: "members"; readonly members: readonly RoomMessage[] }
  /** It has not heard for too long, and nothing more is kept for it. */
  | { readonly kind: "overrun" };

/** The rooms of a thread that begins. */
export interface BegunRooms {
  /** To be sent to it, with what is to be transferred. */
  readonly ofThread: RoomsOfThread;
  readonly transfer: Transferable[];
  /** To be called when it has ended. */
  end(): void;
}

/** The rooms of all threads, in the thread of the supervisor, which never blocks. */
export class RoomsOfThreads {
  readonly #hub = new RoomHub();

  /** @param whyNothingIsShared see {@linkcode Rooms.shareNothing} */
  constructor(private readonly whyNothingIsShared: string) {}

  /** Joins the rooms of a new thread to those of the others. */
  begin(): BegunRooms {
    const { port1, port2: port } = new MessageChannel();
    const link = new PortLink(port1, this.#hub);
    const { whyNothingIsShared } = this;
    return {
      ofThread: { port, whyNothingIsShared },
      transfer: [port],
      end: () => link.end(),
    };
  }
}

/** The supervisor's end of a port. */
class PortLink implements HubLink {
  readonly #port: MessagePort;
  readonly #hub: RoomHub;
  #unheardBytes = 0;

  constructor(port: MessagePort, hub: RoomHub) {
    this.#port = port;
    this.#hub = hub;
    port.onmessage = ({ data }: MessageEvent<FromThread>) => this.#hear(data);
  }

  send(message: RoomMessage): void {
    this.#unheardBytes += sizeOf(message);
    if (this.#unheardBytes <= UNHEARD_LIMIT_BYTES) return this.#tell(message);
    this.#hub.remove(this);
    this.#tell({ kind: "overrun" });
  }

  end(): void {
    this.#hub.remove(this);
    this.#port.close();
  }

  #hear(data: FromThread): void {
    if (data.kind === "heard") this.#unheardBytes -= data.sizeBytes;
    else if (data.kind === "close") this.#hub.remove(this);
    else if (data.kind !== "open") this.#hub.hear(this, data);
    else {
      this.#unheardBytes = 0;
      this.#tell({ kind: "members", members: this.#hub.add(this) });
    }
  }

  #tell(message: ToThread): void {
    this.#port.postMessage(message);
  }
}

/** The rooms of a thread, joined to those of the others while it has clients. */
export class ThreadRooms implements RoomLink {
  readonly rooms = new Rooms();
  readonly #port: MessagePort;
  #onMembers = () => {};
  #isOpen = false;
  #heardBytes = 0;

  constructor({ port, whyNothingIsShared }: RoomsOfThread) {
    this.#port = port;
    this.rooms.shareNothing(whyNothingIsShared);
    this.rooms.link = this;
    port.onmessage = ({ data }: MessageEvent<ToThread>) => this.#hear(data);
  }

  /** Resolves when the rooms know who is there. From now on the event loop of the thread must turn. */
  async open(): Promise<void> {
    this.#isOpen = true;
    this.#ask();
    await new Promise<void>((resolve) => this.#onMembers = resolve);
  }

  #ask(): void {
    this.#heardBytes = 0;
    this.#tell({ kind: "open" });
  }

  /** The thread has no client, and may block. */
  close(): void {
    if (this.#isOpen) this.#tell({ kind: "close" });
    this.#isOpen = false;
  }

  send(message: RoomMessage): void {
    this.#tell(message);
  }

  #hear(data: ToThread): void {
    if (!this.#isOpen) return; // it came while this thread was closing
    if (data.kind === "members") {
      this.rooms.hearAll(data.members);
      this.#onMembers();
    } else if (data.kind === "overrun") {
      this.rooms.letGo();
      this.#ask();
    } else {
      this.rooms.hear(data);
      this.#heardBytes += sizeOf(data);
      if (this.#heardBytes < HEARD_BYTES) return;
      this.#tell({ kind: "heard", sizeBytes: this.#heardBytes });
      this.#heardBytes = 0;
    }
  }

  #tell(message: FromThread): void {
    this.#port.postMessage(message);
  }
}

function sizeOf(message: RoomMessage): number {
  return MESSAGE_BYTES + (message.kind === "said" ? message.bytes.length : 0);
}
