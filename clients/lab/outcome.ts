// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { ConnectFailed, ConnectionReset } from "../../servers/sockets/interface.ts";
import { WrongAnswerError } from "./client.ts";
import { type Experiment, type Findings, type Verdict, verdictOn } from "./experiment.ts";

/** Far more than any experiment takes. */
const MAX_MS = 30_000;

/** What came of an attempt to run an experiment. */
export type Outcome =
  | (Findings & Verdict)
  /** It could not be run, or not to its end. */
  | { readonly verdict: "not-run"; readonly reason: string };

/** Runs an experiment. A refusal of the machine is an outcome; a bug of this program is thrown. */
export async function attempt(
  experiment: Experiment,
  texts: LabTexts,
  maxMs = MAX_MS,
): Promise<Outcome> {
  try {
    const findings = await deadline(experiment.run(texts), maxMs);
    return { ...findings, ...verdictOn(findings) };
  } catch (error) {
    return { verdict: "not-run", reason: whyNot(error, maxMs, texts) };
  }
}

/** @throws a bug of this program */
function whyNot(error: unknown, maxMs: number, { needs }: LabTexts): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return needs.time(maxMs);
  if (error instanceof WrongAnswerError) return needs.answer(error.sent, error.answer);
  if (isForeseen(error)) return error.message;
  throw error;
}

/** Whether the machine has refused something: errors with a code come from the operating system. */
function isForeseen(error: unknown): error is Error {
  return error instanceof RefusedError || error instanceof ConnectFailed ||
    error instanceof ConnectionReset ||
    error instanceof Error && "code" in error && typeof error.code === "string";
}
