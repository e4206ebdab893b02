import type { Messages } from "../../cli/messages.ts";
import { Output } from "../../cli/output.ts";
import { cannotWrite, createFiles } from "../../cli/written_files.ts";
import { CSV_HEADER, csvRow } from "./csv.ts";
import { HdrLog } from "./hdr_log.ts";
import type { Interval, OnInterval } from "./intervals.ts";
import { Measurements } from "./measurements.ts";
import type { FloodRecord, Settings } from "./record.ts";

/** The paths to write to; an empty one is not written. */
interface Paths {
  readonly hdr: string;
  readonly csv: string;
}

/** A file that is written while the flood goes on, without holding it up. */
interface OpenFile {
  readonly flag: keyof Paths;
  readonly path: string;
  readonly file: Deno.FsFile;
  readonly output: Output;
}

/** The files that a flood writes each second. It opens them first, so that a wrong path fails at once. */
export class FloodFiles implements Disposable {
  readonly #files: readonly OpenFile[];
  readonly #settings: Settings;
  readonly #messages: Messages;
  readonly #log: HdrLog | undefined;
  readonly #csv: Output | undefined;
  readonly #counted = new Measurements();
  #startedMs: number | undefined = undefined;

  private constructor(files: readonly OpenFile[], settings: Settings, messages: Messages) {
    this.#files = files;
    this.#settings = settings;
    this.#messages = messages;
    const [hdr, csv] = (["hdr", "csv"] as const).map((flag) =>
      files.find((one) => one.flag === flag)?.output
    );
    this.#log = hdr && new HdrLog((line) => hdr.print(line));
    this.#csv = csv;
    csv?.print(CSV_HEADER);
  }

  /**
   * Creates the files.
   *
   * @throws {UsageError} when both are the same
   * @throws {RefusedError} when one cannot be written
   */
  static async create(paths: Paths, settings: Settings, messages: Messages): Promise<FloodFiles> {
    const { hdr, csv } = paths;
    await createFiles({ hdr, csv }, messages);
    const files: OpenFile[] = [];
    for (const flag of ["hdr", "csv"] as const) {
      const path = paths[flag];
      if (path === "") continue;
      try {
        const file = await Deno.open(path, { write: true });
        files.push({ flag, path, file, output: new Output(file) });
      } catch (error) {
        for (const { file } of files) file.close();
        throw cannotWrite(flag, path, error, messages);
      }
    }
    return new FloodFiles(files, settings, messages);
  }

  /** Receives each second of the flood; `undefined` if no file is written. */
  get onInterval(): OnInterval | undefined {
    return this.#files.length === 0 ? undefined : (interval) => this.#add(interval);
  }

  #add(interval: Interval): void {
    this.#csv?.print(csvRow(interval));
    if (this.#log === undefined) return;
    if (this.#startedMs === undefined) {
      this.#startedMs = interval.startedAtMs - interval.startMs;
      this.#log.begin(this.#startedMs);
    }
    this.#log.add(interval);
    // A flood that is killed leaves what it has counted until then.
    this.#counted.add(interval.measurements);
    this.#log.count({
      startedMs: this.#startedMs,
      elapsedMs: interval.endMs,
      options: this.#settings,
      measurements: this.#counted,
    });
  }

  /**
   * The flood is over. Resolves when all is written.
   *
   * @throws {RefusedError} when something could not be
   */
  async end(record: FloodRecord): Promise<void> {
    if (this.#startedMs === undefined) this.#log?.begin(record.startedMs);
    this.#log?.count(record);
    for (const { flag, path, output } of this.#files) {
      await output.written();
      if (output.error !== undefined) throw cannotWrite(flag, path, output.error, this.#messages);
    }
  }

  [Symbol.dispose](): void {
    for (const { file } of this.#files) file.close();
  }
}
