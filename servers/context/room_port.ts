/**
 * How the rooms of several threads are joined: the supervisor has a port to each thread, and passes on.
 *
 * A channel to which all threads listen, such as BroadcastChannel, would be simpler. But Deno's keeps 256
 * messages for a thread that is busy, and drops others without a word.
 *
 * @module
 */

import { RoomHub } from "../handlers/room_hub.ts";
import { Rooms } from "../handlers/rooms.ts";
import { type FromHub, HubEnd, JoinedRooms, type ToHub } from "./joined_rooms.ts";

/** What a thread needs to join its rooms to those of the others. The port is to be transferred. */
export interface RoomsOfThread {
  readonly port: MessagePort;
  /** See `Rooms.sharingNothing`. */
  readonly whyNothingIsShared: string;
}

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

  /** @param whyNothingIsShared see `Rooms.sharingNothing` */
  constructor(private readonly whyNothingIsShared: string) {}

  /** Joins the rooms of a new thread to those of the others. */
  begin(): BegunRooms {
    const { port1: near, port2: port } = new MessageChannel();
    const end = new HubEnd(this.#hub, (message) => near.postMessage(message));
    near.onmessage = ({ data }: MessageEvent<ToHub>) => end.hear(data);
    return {
      ofThread: { port, whyNothingIsShared: this.whyNothingIsShared },
      transfer: [port],
      end() {
        end.end();
        near.close();
      },
    };
  }
}

/** The rooms of a thread. */
export class ThreadRooms extends JoinedRooms {
  readonly #port: MessagePort;
  #onTold = () => {};

  constructor({ port, whyNothingIsShared }: RoomsOfThread) {
    super(Rooms.sharingNothing(whyNothingIsShared));
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<FromHub>) => {
      this.hear(data);
      if (this.isTold) this.#onTold();
    };
  }

  /** Resolves when the rooms know who is there. From now on the event loop of the thread must turn. */
  async open(): Promise<void> {
    this.ask();
    await new Promise<void>((resolve) => this.#onTold = resolve);
  }

  protected tell(message: ToHub): void {
    this.#port.postMessage(message);
  }
}
