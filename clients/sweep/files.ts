import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import { createFiles, writeFile } from "../../cli/written_files.ts";
import type { Verdict } from "../expect/expectation.ts";
import { recordVerdicts } from "../expect/verdicts.ts";
import { PERCENTILE_NAMES } from "../flood/durations.ts";
import { sweepsAsCsv } from "./csv.ts";
import { sweepsAsHtml } from "./html.ts";
import type { Sweep } from "./sweep.ts";

/** The version of what `sweep --json` prints. */
const SCHEMA = 1;

/** The paths to write to; an empty one is not written. */
interface Paths {
  readonly csv: string;
  readonly html: string;
  /** The limit of the latency, in milliseconds. */
  readonly limit: number;
}

/** The files of a sweep. It opens them before the sweep, so that a wrong path fails at once. */
export class SweepFiles {
  private constructor(private readonly paths: Paths, private readonly messages: Messages) {}

  /**
   * Creates the files.
   *
   * @throws {UsageError} when both are the same
   * @throws {RefusedError} when one cannot be written
   */
  static async create(paths: Paths, messages: Messages): Promise<SweepFiles> {
    await createFiles({ csv: paths.csv, html: paths.html }, messages);
    return new SweepFiles(paths, messages);
  }

  /**
   * Writes them.
   *
   * @throws {RefusedError} when one cannot be written
   */
  async write(sweeps: readonly Sweep[], language: Language): Promise<void> {
    const { csv, html, limit } = this.paths;
    await writeFile("csv", csv, sweepsAsCsv(sweeps), this.messages);
    if (html !== "") {
      await writeFile(
        "html",
        html,
        await sweepsAsHtml(sweeps, limit, language, this.messages),
        this.messages,
      );
    }
  }

  /** The sweeps for programs. */
  record(
    sweeps: readonly Sweep[],
    verdicts: readonly Verdict[],
  ): Readonly<Record<string, unknown>> {
    return {
      schema: SCHEMA,
      kind: "sweep",
      limitMs: this.paths.limit,
      servers: sweeps.map(({ name, held = null, broken = null, failure, steps }) => ({
        ...{ name, held, broken, failure },
        steps: steps.map(({ percentilesMs, p99Ms: _, ...step }) => ({
          ...step,
          roundTripMs: Object.fromEntries(
            percentilesMs.map((ms, index) => [PERCENTILE_NAMES[index], ms]),
          ),
        })),
      })),
      promises: verdicts.length === 0 ? undefined : recordVerdicts(verdicts),
    };
  }
}
