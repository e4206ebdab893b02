import type { Address } from "../servers/sockets/interface.ts";

/** Reads `HOST:PORT`. @returns `undefined` when `typed` is no address */
export function parseAddress(typed: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(typed);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host: match[1] ?? match[2], port } : undefined;
}
