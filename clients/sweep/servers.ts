/**
 * From the words after `playground sweep` to the servers.
 *
 * @module
 */

import { RefusedError, UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { type Address, formatAddress } from "../../servers/sockets/interface.ts";
import { parseModelName } from "../../servers/commands/model_name.ts";
import type { SocketKind } from "../../servers/context/protocol.ts";
import { modelEntry } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { type Entrant, modelEntrants } from "../race/entrants.ts";
import { withServer } from "../race/heat.ts";
import { describeFailure } from "../race/texts.ts";
import type { SweptServer } from "./sweep.ts";

/**
 * The servers of models, each started for its own sweep.
 *
 * @param serveFlags of `serve`, for all models
 * @throws {UsageError} when a name is wrong, or a model is on none of these sockets
 */
export function modelServers(
  words: readonly string[],
  kinds: readonly SocketKind[],
  serveFlags: readonly string[],
  messages: Messages,
): SweptServer[] {
  if (kinds.includes("libc") && !hasSystemCalls()) throw new UsageError(messages.flags.libcNotHere);
  const models = [...new Set(words.map((word) => parseModelName(word, messages)))];
  for (const model of models) {
    if (!kinds.some((kind) => modelEntry(model).sockets.includes(kind))) {
      throw new UsageError(messages.race.notOnSockets(model, kinds.join(", ")));
    }
  }
  return modelEntrants(models, kinds, serveFlags).map((entrant) =>
    startedServer(entrant, messages)
  );
}

/**
 * A server that runs already. Its sweep throws a {@linkcode RefusedError} if nothing listens there.
 */
export function runningServer(address: Address, messages: Messages): SweptServer {
  const name = formatAddress(address);
  return {
    name,
    with: async (_, use) => {
      try {
        (await Deno.connect({ hostname: address.host, port: address.port })).close();
      } catch (error) {
        const isRefused = error instanceof Deno.errors.ConnectionRefused;
        throw new RefusedError(
          isRefused
            ? messages.flood.notListening(name)
            : messages.flood.cannotConnect(name, systemReason(error, messages)),
        );
      }
      return await use(address);
    },
  };
}

function startedServer(entrant: Entrant, messages: Messages): SweptServer {
  const { name } = entrant;
  return {
    name,
    with: async (signal, use) => {
      const swept = await withServer(
        entrant,
        signal,
        async ({ port }) => ({ sweep: await use({ host: "127.0.0.1", port }) }),
      );
      if ("sweep" in swept) return swept.sweep;
      return { name, steps: [], failure: describeFailure(swept.failure, 0, messages) };
    },
  };
}
