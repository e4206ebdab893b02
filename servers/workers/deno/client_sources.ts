import { DenoListener } from "../../sockets/deno/listener.ts";
import type { ClientSources, MakeSources } from "../workers.ts";

/**
 * Where the clients of workers come from on Deno's sockets: those stay with the thread that has opened
 * them, so each worker opens a listener.
 */
export const denoSources: MakeSources = (plan, { listener }): ClientSources => {
  if (plan.listener !== "own") throw new Error("Deno's sockets stay with their thread");
  // Without the system's calls the page has found out by listening whether it may have the port.
  if (listener instanceof DenoListener) listener.close();
  const { host, port } = listener.address;
  return {
    all: Array.from({ length: plan.count }, () => ({ from: "port", host, port })),
    handedTo: [],
    close: () => {},
  };
};
