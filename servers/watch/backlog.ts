/**
 * Who waits in the backlog of a listener: connections that the system has completed, and that nobody
 * has accepted. Linux tells it, in /proc/net/tcp, see proc(5).
 *
 * @module
 */

import { type Address, formatAddress } from "../sockets/interface.ts";
import { parseSocketAddress, rawSocketAddress } from "../sockets/socket_address.ts";
import { hasSystemCalls } from "../sockets/system_calls.ts";
import { readSystemFile } from "../supervisor/system_files.ts";

/** States of a socket, <netinet/tcp.h>. */
const ESTABLISHED = "01";
const LISTEN = "0A";

/** Listeners come first in these files: so much of them has the length of a backlog. */
const LISTENERS_BYTES = 65_536;
/** More connections than fit into this, some 50,000, are not looked through. */
const MOST_BYTES = 8 * 1_048_576;

/** What is known of a backlog. */
export interface Backlog {
  readonly length: number;
  /** Who is in it, as far as that was looked into. */
  readonly peers: readonly string[];
}

/** The backlog of the listener at an address; `null` where the system does not tell. */
export function readBacklog({ host, port }: Address): Backlog | null {
  if (!hasSystemCalls()) return null;
  const file = host.includes(":") ? "/proc/net/tcp6" : "/proc/net/tcp";
  const backlog = parseBacklog(readSystemFile(file, LISTENERS_BYTES), port);
  return backlog.length === 0 ? backlog : parseBacklog(readSystemFile(file, MOST_BYTES), port);
}

/** @param table the contents of /proc/net/tcp or /proc/net/tcp6, or its beginning */
export function parseBacklog(table: string, port: number): Backlog {
  const shownPort = port.toString(16).toUpperCase().padStart(4, "0");
  let length = 0;
  const peers: string[] = [];
  for (const [row] of table.matchAll(new RegExp(`^ *\\d+: \\w+:${shownPort} .*\n`, "gm"))) {
    // sl local_address rem_address st tx_queue:rx_queue tr:when retrnsmt uid timeout inode
    const [, , remote, state, queues, , , , , inode] = row.trim().split(/\s+/);
    // Of a listener, the queue of what was received is its backlog.
    if (state === LISTEN) length += parseInt(queues.split(":")[1], 16);
    // Who was not accepted is nobody's file yet.
    if (state === ESTABLISHED && inode === "0") peers.push(parseEndpoint(remote));
  }
  return { length, peers };
}

/** `0100007F:1F90`, or with 32 digits: words as the processor has them, see proc(5). */
function parseEndpoint(shown: string): string {
  const [digits, port] = shown.split(":");
  const words = Uint32Array.from(digits.match(/.{8}/g) ?? [], (word) => parseInt(word, 16));
  const host = new Uint8Array(words.buffer);
  return formatAddress(parseSocketAddress(rawSocketAddress(host, parseInt(port, 16))));
}
