import type { MessageSet } from "./messages.ts";

/** How many connections may be in the middle of being opened. */
export const MAX_CONNECTING = 256;
/** How long connections wait at the end for the echoes they are still owed. */
export const LAST_ECHOES_MS = 2_000;

/** How a flood goes: where to, how many connections, how fast and for how long. */
export interface FloodOptions {
  readonly host: string;
  readonly port: number;
  readonly conns: number;
  /** `Infinity`: until it is stopped. */
  readonly durationMs: number;
  /** How long it sends before that without measuring. */
  readonly warmupMs: number;
  readonly messageSet: MessageSet;
  /** Messages per second on each connection; `Infinity`: as many as go. */
  readonly rate: number;
  /** Whether the next message waits for the echo of the last. */
  readonly wait: boolean;
  /** Connections opened per second; `Infinity`: as many as go. */
  readonly connectRate: number;
  /** Pause between an echo and the next message. */
  readonly thinkMs: number;
  /** How long connections wait at the end for the echoes they are still owed. */
  readonly lastEchoesMs: number;
}
