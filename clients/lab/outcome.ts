// @ts-types="../../cli/std/deadline.d.ts"
import { deadline } from "@std/async/deadline";
import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import { type Experiment, type Findings, type Verdict, verdictOn } from "./experiment.ts";

/** Far more than any experiment takes. */
const MOST_MS = 30_000;

/** What came of an attempt to run an experiment. */
export type Outcome =
  | (Findings & Verdict)
  /** It could not be run, or not to its end. */
  | { readonly verdict: "not-run"; readonly reason: string };

/** Runs an experiment. What the machine refuses is an outcome as well; a mistake of ours is thrown. */
export async function attempt(experiment: Experiment, texts: LabTexts): Promise<Outcome> {
  try {
    const findings = await deadline(experiment.run(texts), MOST_MS);
    return { ...findings, ...verdictOn(findings) };
  } catch (error) {
    return { verdict: "not-run", reason: whyNot(error, texts) };
  }
}

/** @throws what is nobody's fault but ours */
function whyNot(error: unknown, { needs }: LabTexts): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return needs.time(MOST_MS);
  if (error instanceof RefusedError || isOfSystem(error)) return error.message;
  throw error;
}

/** Errors with a code come from the operating system. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
