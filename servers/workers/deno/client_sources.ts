import { DenoListener } from "../../sockets/deno/listener.ts";
import type { ClientSources, MakeSources } from "../workers.ts";

/**
 * Where the clients of workers come from on Deno's sockets: those stay with the thread that has opened
 * them, so each worker opens a listener.
 */
export const denoSources: MakeSources = (plan, { listener }, listen): ClientSources => {
  if (plan.listener !== "own") throw new Error("Deno's sockets stay with their thread");
  if (!(listener instanceof DenoListener)) throw new Error("a listener of another kind");
  const { port } = listener.address;
  listener.stop();
  // Nobody else gets the port until the workers have it.
  const kept = Deno.listen({ hostname: listen.host, port, reusePort: true });
  return {
    all: Array.from({ length: plan.count }, () => ({ from: "port", port })),
    handedTo: [],
    ready: () => kept.close(),
    close: () => {},
  };
};
