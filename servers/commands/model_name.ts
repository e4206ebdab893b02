import { closest } from "../../cli/closest.ts";
import { UsageError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { isModelName, MODEL_NAMES } from "../registry.ts";
import type { ModelName } from "../context/context.ts";

/**
 * Parses the name of a model.
 *
 * @throws {UsageError} with the nearest name when there is no model named `typed`
 */
export function parseModelName(typed: string, messages: Messages): ModelName {
  if (isModelName(typed)) return typed;
  throw new UsageError(messages.flags.unknownModel(typed, closest(typed, MODEL_NAMES)));
}
