import { formatBytes } from "../../cli/bytes.ts";
import type { Messages } from "../../cli/messages.ts";
import { progressLine } from "../../cli/progress_line.ts";
import type { StatusLines } from "../../cli/status_lines.ts";
import type { Download } from "./download.ts";

const UPDATE_MS = 100;
/** Over which time the speed is measured: long enough to be calm, short enough to be true. */
const WINDOW_MS = 5_000;

/** Shows the progress of each active download, a line for each. */
export class ProgressBars {
  readonly #speeds = new WeakMap<Download, Speed>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(
    private readonly active: ReadonlySet<Download>,
    private readonly lines: StatusLines,
    private readonly messages: Messages,
  ) {
    this.#timer = setInterval(() => this.#draw(), UPDATE_MS);
  }

  /** Stops, and clears the lines. */
  end(): void {
    clearInterval(this.#timer);
    this.lines.clear();
  }

  #draw(): void {
    const { columns, rows } = this.lines.size();
    const nowMs = performance.now();
    const lines = [...this.active].map((download) => {
      const speed = this.#speeds.get(download) ?? new Speed();
      this.#speeds.set(download, speed);
      const bytesPerSecond = speed.measure(download.arrivedBytes, nowMs);
      return describeProgress(download, bytesPerSecond, columns, this.messages);
    });
    // What does not fit is counted, and the last line is for the cursor.
    const fitting = lines.length < rows ? lines : lines.slice(0, rows - 2);
    const more = lines.length - fitting.length;
    if (more > 0) fitting.push(this.messages.download.more(more));
    this.lines.draw(fitting);
  }
}

/** One line on one download, of at most `columns` columns. */
export function describeProgress(
  { name, phase, receivedBytes, sizeBytes }: Download,
  bytesPerSecond: number,
  columns: number,
  { download }: Messages,
): string {
  if (phase === "asking") return progressLine({ name, facts: [download.asking] }, columns);
  if (phase === "pausing") return progressLine({ name, facts: [download.pausing] }, columns);
  const received = formatBytes(receivedBytes);
  const speed = `${formatBytes(bytesPerSecond)}/s`.padStart(9);
  if (sizeBytes === undefined || sizeBytes === 0) {
    return progressLine({ name, facts: [received.padStart(7), speed] }, columns);
  }
  const fraction = receivedBytes / sizeBytes;
  const remaining = bytesPerSecond > 0
    ? formatClock((sizeBytes - receivedBytes) / bytesPerSecond)
    : "-:--";
  const facts = [
    `${Math.floor(fraction * 100)}%`.padStart(4),
    `${received}/${formatBytes(sizeBytes)}`.padStart(15),
    speed,
    remaining.padStart(7),
  ];
  return progressLine({ name, fraction, facts }, columns);
}

/** `1:05`, or `2:00:00` */
function formatClock(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole >= 360_000) return "-:--"; // more than four days is not known any better
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const shown = `${minutes}:${String(whole % 60).padStart(2, "0")}`;
  return hours === 0 ? shown : `${hours}:${shown.padStart(5, "0")}`;
}

/** How fast something grows, measured over the last seconds. */
export class Speed {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** @returns bytes per second up to now */
  measure(bytes: number, nowMs: number): number {
    const samples = this.#samples;
    samples.push({ atMs: nowMs, bytes });
    while (samples.length > 2 && nowMs - samples[1].atMs >= WINDOW_MS) samples.shift();
    const [first] = samples;
    return nowMs > first.atMs ? (bytes - first.bytes) / (nowMs - first.atMs) * 1_000 : 0;
  }
}
