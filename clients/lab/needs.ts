/**
 * What an experiment needs of the machine, asked for before it begins.
 *
 * @module
 */

import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { raiseDescriptorLimit } from "../../servers/system/descriptor_limit.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";

/** What a process needs besides the descriptors of an experiment. */
const DESCRIPTORS_OF_PROCESS = 64;

/** @throws {RefusedError} when this system does not have the calls */
export function needSystemCalls({ needs }: LabTexts): void {
  if (!hasSystemCalls()) throw new RefusedError(needs.systemCalls);
}

/**
 * Makes sure that there are `count` descriptors. Needs the system's calls.
 *
 * @throws {RefusedError} when there are not
 */
export function needDescriptors(count: number, { needs }: LabTexts): void {
  const wanted = count + DESCRIPTORS_OF_PROCESS;
  const limit = raiseDescriptorLimit(wanted);
  if (limit < wanted) throw new RefusedError(needs.descriptors(wanted, limit));
}
