/**
 * The picture of a run, drawn with characters.
 *
 * @module
 */

import stringWidth from "string-width";
import { padEnd, padStart } from "../../cli/columns.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Activity, Frame, Hello, State } from "../../servers/watch/frames.ts";
import { ACTIVITIES, BACKLOG_LANE, QUEUE_LANE, STATES } from "../../servers/watch/frames.ts";
import { History, isSampled, returnAt } from "../../servers/watch/page/history.js";
import { visibleRows } from "../../servers/watch/page/rows.js";
import { laneName, waitCall } from "../../servers/watch/lane_names.ts";
import { activitiesOf, cellsOf, HEAVIEST, type Shown } from "./terminal_cells.ts";

const SHOWN_MS = 15_000;
/** How far apart the labels of the time axis are. */
const TICK_MS = 5_000;
const LABEL_COLUMNS = 16;
const LOG_LINES = 6;
/** The lanes have at least so many rows, whatever else is left out; and the log with its gap, before the legend. */
const LEAST_LANES = 4;
const LEAST_LOG = 3;
/** Rates are computed over this many frames. */
const SPAN = 20;

/** How something is drawn: with a character of one column in a color, console_codes(4). */
type Look = readonly [character: string, color: number];

/** How each state of a client looks. */
const LOOKS: Readonly<Record<State, Look>> = {
  backlog: ["░", 33],
  queued: ["▒", 33],
  waiting: ["─", 90],
  served: ["█", 32],
  asleep: ["z", 35],
  blocked: ["▓", 31],
  closed: [" ", 0],
};
/** How that looks which a lane does. */
const LANE_LOOKS: Readonly<Record<Activity, Look>> = {
  wait: [".", 90],
  accept: ["a", 34],
  recv: ["r", 36],
  handle: ["█", 32],
  send: ["s", 33],
  sleep: ["z", 35],
  dispatch: [">", 34],
  untraced: ["?", 90],
  ended: [" ", 0],
  held: ["!", 31],
};
/** Where a worker serves many clients, it has a row besides theirs. */
const SHARED_WORKERS: readonly Hello["worker"][] = ["loops", "threads", "sharedThread"];

/** The picture of one server. */
export class TerminalPicture {
  readonly #history = new History(SHOWN_MS);
  readonly #log: string[] = [];
  /** What has become of the last thing that was to be saved. */
  notice = "";

  /**
   * @param hello describes the server
   * @param messages of the terminal
   * @param language of the log
   * @param hasColors whether to color the picture
   */
  constructor(
    private readonly hello: Hello,
    private readonly messages: Messages,
    private readonly language: Language,
    private readonly hasColors: boolean,
  ) {}

  /** The model of the server. */
  get model(): string {
    return this.hello.model;
  }

  /** Adds a frame. */
  apply(frame: Frame): void {
    this.#history.apply(frame);
    this.#log.push(...frame.log.map((line) => line[this.language]));
    this.#log.splice(0, Math.max(0, this.#log.length - LOG_LINES));
  }

  /** Draws the picture as lines that fit into `columns` and `rows`. */
  draw(columns: number, rows: number): string[] {
    const { model, address, sockets, worker } = this.hello;
    const head = [
      `${model}  ${address}  ${sockets}  ${this.messages.models.workers[worker]}`,
      ...wrapped(this.#summary(), this.#sampled(), columns),
      this.#scan(),
    ];
    const notice = this.notice === "" ? [] : [this.notice];
    const axis = padEnd("", LABEL_COLUMNS) + this.#axis(Math.max(1, columns - LABEL_COLUMNS));
    const foot = [...notice, this.messages.watch.terminal.keys];
    // In a small terminal the lanes come first, then what the log says, and then the legend.
    let spare = rows - [...head, axis, ...foot].length - LEAST_LANES;
    const legend = fits([...this.#legend(columns), ""], spare - LEAST_LOG);
    spare -= legend.length;
    const log = fits(["", ...this.#log.slice(-Math.max(1, Math.min(LOG_LINES, spare - 1)))], spare);
    const room = Math.max(1, LEAST_LANES + spare - log.length);
    const lines = [...head, ...legend, ...this.#lanes(columns, room), axis, ...log, ...foot];
    return lines.slice(0, rows).map((line) => fit(line, columns));
  }

  #summary(): string {
    const { samples } = this.#history;
    const last = samples.at(-1)?.frame;
    if (last === undefined) return "";
    const before = samples.at(-Math.min(SPAN, samples.length))?.frame ?? last;
    const seconds = Math.max(1, last.timeMs - before.timeMs) / 1_000;
    const { terminal } = this.messages.watch;
    return terminal.summary({
      active: last.totals.active,
      messages: Math.round((last.totals.recvs - before.totals.recvs) / seconds).toLocaleString(),
      backlog: last.backlog === null ? "–" : String(last.backlog),
      latency: last.loopLatencyMs === null ? null : `${last.loopLatencyMs.toFixed(1)} ms`,
    });
  }

  /** How many messages are traced, if that is not all of them. */
  #sampled(): string[] {
    const last = this.#history.samples.at(-1)?.frame;
    if (last === undefined || !isSampled(last)) return [];
    return [this.messages.watch.terminal.sampled(last.messages.traced, last.messages.all)];
  }

  /** What the call that waits looked at when it returned last; empty before it has, and without one. */
  #scan(): string {
    const history = this.#history;
    const last = history.samples.at(-1)?.frame;
    const found = returnAt(history, Infinity);
    if (last === undefined || found === undefined) return "";
    const { scanned, ready } = last.totals;
    const call = waitCall(this.hello, found.lane);
    return this.messages.watch.trace.scan(call, found.scanned, found.ready, scanned - ready);
  }

  /** What the characters mean, in as many lines as that takes. */
  #legend(columns: number): string[] {
    const { states, activities, clients, lanes } = this.messages.watch.trace;
    const seen = ACTIVITIES.filter((activity) => this.#isPossible(activity));
    const wait = waitCall(this.hello, 0) ?? waitCall(this.hello, 1) ?? activities.wait;
    const nameOf = (activity: Activity) => activity === "wait" ? wait : activities[activity];
    return [
      ...wrapped(
        clients,
        HEAVIEST.map((one) => `${paint(LOOKS[one], 1, this.hasColors)} ${states[one]}`),
        columns,
      ),
      ...wrapped(
        lanes,
        seen.map((one) => `${paint(LANE_LOOKS[one], 1, this.hasColors)} ${nameOf(one)}`),
        columns,
      ),
    ];
  }

  /** Whether a lane of this server may do that. */
  #isPossible(activity: Activity): boolean {
    const { worker } = this.hello;
    if (activity === "ended") return false;
    if (activity === "dispatch") {
      return !["caller", "loop", "coroutine", "threads"].includes(worker);
    }
    return activity !== "wait" || worker !== "caller";
  }

  /** The labels below a row: how long ago, and at its right end the present. */
  #axis(columns: number): string {
    const { now, secondsAgo } = this.messages.watch.trace;
    let axis = "";
    for (let agoMs = SHOWN_MS; agoMs > 0; agoMs -= TICK_MS) {
      axis = padEnd(axis, Math.round((1 - agoMs / SHOWN_MS) * columns)) + secondsAgo(agoMs / 1_000);
    }
    return axis + padStart(now, columns - stringWidth(axis));
  }

  #lanes(columns: number, room: number): string[] {
    const toMs = this.#history.nowMs;
    const shown = { fromMs: toMs - SHOWN_MS, toMs, count: Math.max(1, columns - LABEL_COLUMNS) };
    const server = this.#laneRow(0, shown);
    const rows = visibleRows(this.#history, shown.fromMs, toMs, room - server.length);
    if (server.length + rows.length > room) {
      return [...server, ...this.#counts(columns)].slice(0, room);
    }
    // Where they do not all fit, what the workers do is left out first.
    const isRoomy = room >= server.length + rows.length + this.#sharedLanes.length;
    const lines = new Map(
      isRoomy ? this.#sharedLanes.map((lane) => [lane, this.#laneRow(lane, shown)]) : [],
    );
    for (const { lane, bars } of rows) {
      const before = lines.get(lane) ?? [];
      const label = before.length > 0 || lane === 0 && server.length > 0
        ? ""
        : this.#laneName(lane);
      const cells = cellsOf(bars, shown).map((state) => state && LOOKS[state]);
      lines.set(lane, [...before, padEnd(label, LABEL_COLUMNS) + this.#paintCells(cells)]);
    }
    return [...server, ...lines.values()].flat();
  }

  /** The lanes of workers that serve many clients each. */
  get #sharedLanes(): number[] {
    if (!SHARED_WORKERS.includes(this.hello.worker)) return [];
    return [...this.#history.phases.keys()].filter((lane) => lane > 0).sort((a, b) => a - b);
  }

  /** What a lane does, as a row; none for recordings that do not say it. */
  #laneRow(lane: number, shown: Shown): string[] {
    const phases = this.#history.phases.get(lane);
    if (phases === undefined) return [];
    const cells = activitiesOf(phases, shown).map((activity) => activity && LANE_LOOKS[activity]);
    return [padEnd(this.#laneName(lane), LABEL_COLUMNS) + this.#paintCells(cells)];
  }

  /** With too many clients to draw each: the number of clients in each state. */
  #counts(columns: number): string[] {
    const { states } = this.messages.watch.page;
    const last = this.#history.samples.at(-1);
    if (last === undefined) return [];
    const { counts } = last;
    const about = isSampled(last.frame) ? "≈ " : "";
    const max = Math.max(1, ...counts);
    const room = Math.max(1, columns - 40);
    return HEAVIEST.map((state) => {
      const count = counts[STATES.indexOf(state)];
      const isKnown = state !== "served" && state !== "waiting";
      const shown = `${isKnown ? "" : about}${count.toLocaleString()}`.padStart(8);
      return `${padEnd(states[state], 26)}${shown}  ${
        paint(LOOKS[state], Math.round(count / max * room), this.hasColors)
      }`;
    });
  }

  #laneName(lane: number): string {
    const { lanes } = this.messages.watch.page;
    if (lane === BACKLOG_LANE) return lanes.backlog;
    if (lane === QUEUE_LANE) return lanes.queue;
    return laneName(this.hello, lane, this.#history.pids.get(lane), this.messages);
  }

  #paintCells(cells: readonly (Look | undefined)[]): string {
    let line = "";
    for (let begin = 0, end; begin < cells.length; begin = end) {
      for (end = begin; end < cells.length && cells[end] === cells[begin];) end++;
      const look = cells[begin];
      line += look === undefined
        ? " ".repeat(end - begin)
        : paint(look, end - begin, this.hasColors);
    }
    return line;
  }
}

function paint([character, color]: Look, count: number, hasColors: boolean): string {
  const text = character.repeat(count);
  return hasColors ? `\x1b[${color}m${text}\x1b[0m` : text;
}

/** Lines that are shown only where all of them fit. */
function fits(lines: readonly string[], room: number): readonly string[] {
  return lines.length <= room ? lines : [];
}

/** Items after a title, on as many lines as they take. */
function wrapped(title: string, items: readonly string[], columns: number): string[] {
  const lines = [title];
  for (const item of items) {
    const line = `${lines.at(-1)}  ${item}`;
    if (stringWidth(line) <= columns) lines[lines.length - 1] = line;
    else lines.push(`  ${item}`);
  }
  return lines;
}

/** Cuts a line to a width; colors have no width. */
function fit(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let text = "";
  let width = 0;
  // deno-lint-ignore no-control-regex -- colors begin with ESC
  for (const piece of line.match(/\x1b\[\d+m|[^\x1b]/gu) ?? []) {
    width += stringWidth(piece);
    if (width > columns) break;
    text += piece;
  }
  return line.includes("\x1b") ? `${text}\x1b[0m` : text;
}
