/**
 * The entrants of a race: models, and any other programs.
 *
 * @module
 */

import type { SocketKind } from "../../servers/context/protocol.ts";
import { modelEntry } from "../../servers/registry.ts";
import type { ModelName } from "../../servers/context/context.ts";
import type { Messages } from "../../cli/messages.ts";
import { splitCommand } from "../../servers/commands/program.ts";
import { freePort } from "../target/listening_ports.ts";
import { ServerProcess, type StartOptions } from "../target/server_process.ts";

/** Stands for the port in the command of another program. */
const PORT_PLACE = "{port}";

/** A server that races, started again for each heat. */
export interface Entrant {
  readonly name: string;
  /** Set for a model of the playground, as is {@linkcode sockets}. */
  readonly model?: ModelName;
  readonly sockets?: SocketKind;
  /** The program and its arguments, for any other. */
  readonly command?: readonly string[];
  start(options: StartOptions): Promise<ServerProcess>;
}

/**
 * Entrants for the models, each on those of the socket kinds that it supports.
 *
 * @param flags of `serve`, for all of them
 */
export function modelEntrants(
  models: readonly ModelName[],
  kinds: readonly SocketKind[],
  flags: readonly string[],
): Entrant[] {
  return models.flatMap((model) =>
    kinds.filter((sockets) => modelEntry(model).sockets.includes(sockets)).map((sockets) => ({
      name: `${model} ${sockets}`,
      model,
      sockets,
      start: (options: StartOptions) =>
        ServerProcess.startPlayground([model, "--sockets", sockets, ...flags], options),
    }))
  );
}

/**
 * The entrant of another program, as `--against` takes it.
 *
 * @param typed `NAME=COMMAND`, where the command has {@linkcode PORT_PLACE} in it
 * @returns `undefined` when `typed` has another form
 * @throws {UsageError} when a quote in it is not closed
 */
export function programEntrant(typed: string, messages: Messages): Entrant | undefined {
  const [, name, commandLine] = /^\s*([^=]*[^=\s])\s*=(.+)$/s.exec(typed) ?? [];
  if (name === undefined || !commandLine.includes(PORT_PLACE)) return undefined;
  const command = splitCommand("--against", commandLine, messages);
  return {
    name,
    command,
    start: (options) => {
      const port = freePort();
      const words = command.map((word) => word.replaceAll(PORT_PLACE, String(port)));
      return ServerProcess.startProgram(words, port, options);
    },
  };
}
