/**
 * From the words after `playground race` to the entrants.
 *
 * @module
 */

import { closest } from "../../cli/closest.ts";
import { UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import type { SocketKind } from "../../servers/context/protocol.ts";
import { isHandlerFile } from "../../servers/handlers/handlers.ts";
import { parseModelName } from "../../servers/commands/model_name.ts";
import { checkProgram } from "../../servers/commands/program.ts";
import { MODEL_NAMES, modelEntry } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { type Entrant, modelEntrants, programEntrant } from "./entrants.ts";

/** The handlers whose answers can be compared with what was sent. */
const COMPARABLE: readonly string[] = ["echo", "upper"];

/** @throws {UsageError} when a race cannot check the answers of this handler */
export function checkHandler(name: string, { race }: Messages): void {
  if (!COMPARABLE.includes(name) && !isHandlerFile(name)) throw new UsageError(race.handler(name));
}

/** @throws {UsageError} with the nearest name when nobody of that name takes part */
export function checkBaseline(
  name: string | undefined,
  entrants: readonly Entrant[],
  { race }: Messages,
): void {
  const names = entrants.map((entrant) => entrant.name);
  if (name === undefined || names.includes(name)) return;
  throw new UsageError(race.noSuchEntrant(name, closest(name, names)));
}

/**
 * Chooses the entrants.
 *
 * @param words the names of the models; all of them if there are none
 * @param serveFlags of `serve`, for all models
 * @throws {UsageError} when a name or a command is wrong
 * @throws {RefusedError} when a program is missing
 */
export async function chooseEntrants(
  words: readonly string[],
  { sockets, against }: { sockets: readonly SocketKind[]; against: readonly string[] },
  serveFlags: readonly string[],
  messages: Messages,
): Promise<Entrant[]> {
  if (sockets.includes("libc") && !hasSystemCalls()) {
    throw new UsageError(messages.flags.libcNotHere);
  }
  const models = new Set(words.map((word) => parseModelName(word, messages)));
  for (const model of models) {
    if (!sockets.some((kind) => modelEntry(model).sockets.includes(kind))) {
      throw new UsageError(messages.race.notOnSockets(model, sockets.join(", ")));
    }
  }
  const ours = modelEntrants(models.size > 0 ? [...models] : MODEL_NAMES, sockets, serveFlags);
  return [...ours, ...await chooseOthers(against, ours, messages)];
}

async function chooseOthers(
  against: readonly string[],
  ours: readonly Entrant[],
  messages: Messages,
): Promise<Entrant[]> {
  const names = new Set(ours.map(({ name }) => name));
  const others: Entrant[] = [];
  for (const typed of against) {
    const entrant = programEntrant(typed, messages);
    if (entrant?.command === undefined) throw new UsageError(messages.race.against(typed));
    if (names.has(entrant.name)) throw new UsageError(messages.race.sameName(entrant.name));
    names.add(entrant.name);
    await checkProgram("--against", entrant.command, messages);
    others.push(entrant);
  }
  return others;
}
