import { DenoListener } from "../../sockets/deno/listener.ts";
import type { Address } from "../../sockets/interface.ts";
import { reservePort } from "../../sockets/libc/listener.ts";
import { hasSystemCalls, systemCalls } from "../../system/system_calls.ts";
import type { ClientSources, MakeSources } from "../workers.ts";

/**
 * Where the clients of workers come from on Deno's sockets: those stay with the thread that has opened
 * them, so each worker opens a listener.
 */
export const denoSources: MakeSources = (plan, { listener }): ClientSources => {
  if (plan.listener !== "own") throw new Error("Deno's sockets stay with their thread");
  if (!(listener instanceof DenoListener)) throw new Error("a listener of another kind");
  const { address } = listener;
  listener.close();
  return {
    all: Array.from({ length: plan.count }, () => ({ from: "port", port: address.port })),
    handedTo: [],
    ready: keepPort(address),
    close: () => {},
  };
};

/**
 * Sees to it that nobody else gets the port until the workers have it.
 *
 * @returns a function that lets go of it
 */
function keepPort({ host, port }: Address): () => void {
  if (!hasSystemCalls()) {
    const kept = Deno.listen({ hostname: host, port, reusePort: true });
    return () => kept.close();
  }
  // A client that came into the backlog of a listener would be reset when that is closed.
  const calls = systemCalls();
  const kept = reservePort(calls, { host, port });
  return () => void calls.close(kept);
}
