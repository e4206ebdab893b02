import type { Messages } from "../../cli/messages.ts";
import type { Notice } from "../context/context.ts";
import type { ServerSetup } from "../context/protocol.ts";
import type { Controls } from "../metrics/controls.ts";
import type { Address } from "../sockets/interface.ts";

/** The server as its view sees it. */
export interface WatchedServer {
  readonly setup: Pick<ServerSetup, "model" | "sockets" | "handler" | "options">;
  readonly stats: ArrayBufferLike;
  readonly trace: ArrayBufferLike;
  readonly controls: Controls;
  readonly messages: Messages;
  /** Asks the server's loop for a sign of life; `undefined` where there is no loop. */
  readonly wakeLoop: (() => void) | undefined;
}

/** A view of a server, as the supervisor uses it. */
export interface View {
  /**
   * The server listens, and its view can be opened.
   *
   * @throws {RefusedError} when it cannot
   */
  listening(address: Address): Promise<void>;
  notice(notice: Notice): void;
  /** The server stops: clients that the view opened leave. */
  stopping(): void;
  end(): Promise<void>;
}
