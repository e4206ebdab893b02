/**
 * How many clients a server can have whose readiness call has sets of a fixed size.
 *
 * The C library's `fd_set` has a bit for each descriptor below `FD_SETSIZE`, 1,024. The system itself
 * has no such limit: built with larger sets, select serves as many as epoll. So it is the number of
 * the descriptor that counts, and not how many there are.
 *
 * @module
 */

import type { ServerEvent } from "../../servers/runtime/json_reporter.ts";
import { Clients } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { needDescriptors, needSystemCalls } from "./needs.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";
import type { LabTexts } from "../../cli/messages.ts";

const FD_SETSIZE = 1_024;
const CLIENTS = 1_100;
const LARGER = 4_096;
const STOP_MS = 2_000;

/** How far a server got. */
interface Run {
  readonly served: number;
  /** The first descriptor that was too large, if one was. */
  readonly refusedDescriptor: number | null;
}

/** `playground lab fd-limit` */
export const fdLimit = defineExperiment(
  "fd-limit",
  async (texts) => {
    needSystemCalls(texts);
    needDescriptors(CLIENTS, texts); // which our servers inherit
    return {
      clients: CLIENTS,
      select: await run(["select"], texts),
      largerSelect: await run(["select", "--fd-setsize", String(LARGER)], texts),
      epoll: await run(["epoll"], texts),
    };
  },
  ({ clients, select, largerSelect, epoll }, texts) => ({
    lines: [
      texts.row("select", select.served, clients),
      ...(select.refusedDescriptor === null ? [] : [texts.refused(select.refusedDescriptor)]),
      texts.row(`select, FD_SETSIZE ${LARGER}`, largerSelect.served, clients),
      texts.row("epoll", epoll.served, clients),
    ],
    expectations: [
      {
        isMet: select.served < FD_SETSIZE && select.refusedDescriptor === FD_SETSIZE,
        otherwise: texts.noLimit,
      },
      { isMet: epoll.served === clients, otherwise: texts.epollLimited },
      { isMet: largerSelect.served === clients, otherwise: texts.systemLimited },
    ],
  }),
);

async function run(args: readonly string[], texts: LabTexts): Promise<Run> {
  let refusedDescriptor: number | null = null;
  const note = (event: ServerEvent) => {
    if (event.event === "beyond-fd-setsize") refusedDescriptor = Number(event.descriptor);
  };
  const flags = [...BEST_SOCKETS, "--quiet", "--backlog", String(CLIENTS)];
  await using server = await startServer([...args, ...flags], texts, note);
  const areServed = await visit(server.port); // they have left, or the stop would wait for them
  await server.stop(STOP_MS); // by then it has told everything
  return { served: areServed.filter((isServed) => isServed).length, refusedDescriptor };
}

/** All clients at once. @returns which of them were served */
async function visit(port: number): Promise<boolean[]> {
  using clients = await Clients.connect(port, CLIENTS);
  return await Promise.all(clients.all.map((client) => client.isServed("hello")));
}
