/**
 * The picture of a run, drawn with characters.
 *
 * @module
 */

import stringWidth from "string-width";
import { padEnd } from "../../cli/columns.ts";
import type { Language } from "../../cli/language.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Frame, Hello, State } from "../../servers/watch/frames.ts";
import { BACKLOG_LANE, QUEUE_LANE, STATES } from "../../servers/watch/frames.ts";
import { type Bar, History, isSampled } from "../../servers/watch/page/history.js";
import { visibleRows } from "../../servers/watch/page/rows.js";

const SHOWN_MS = 15_000;
const LABEL_COLUMNS = 16;
const LOG_LINES = 6;
/** Rates are computed over this many frames. */
const SPAN = 20;

/** The character of each state, and its color, console_codes(4). */
const LOOKS: Readonly<Record<State, readonly [character: string, color: number]>> = {
  backlog: ["░", 33],
  queued: ["▒", 33],
  waiting: ["─", 90],
  served: ["█", 32],
  asleep: ["z", 35],
  blocked: ["▓", 31],
  closed: [" ", 0],
};
/** Of several states in one character, the first of this list is drawn. */
const HEAVIEST: readonly State[] = ["served", "blocked", "asleep", "waiting", "queued", "backlog"];

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
    const { texts, worker } = { texts: this.messages.watch, worker: this.hello.worker };
    const { model, address, sockets } = this.hello;
    const head = [
      `${model}  ${address}  ${sockets}  ${this.messages.models.workers[worker]}`,
      this.#summary(),
      this.#legend(),
      "",
    ];
    const notice = this.notice === "" ? [] : [this.notice];
    const foot = ["", ...this.#log, ...notice, texts.terminal.keys];
    const room = Math.max(1, rows - head.length - foot.length);
    const lines = [...head, ...this.#lanes(columns, room), ...foot];
    return lines.slice(0, rows).map((line) => fit(line, columns));
  }

  #summary(): string {
    const { samples } = this.#history;
    const last = samples.at(-1)?.frame;
    if (last === undefined) return "";
    const before = samples.at(-Math.min(SPAN, samples.length))?.frame ?? last;
    const seconds = Math.max(1, last.timeMs - before.timeMs) / 1_000;
    const { terminal } = this.messages.watch;
    const summary = terminal.summary({
      active: last.totals.active,
      messages: Math.round((last.totals.recvs - before.totals.recvs) / seconds).toLocaleString(),
      backlog: last.backlog === null ? "–" : String(last.backlog),
      latency: last.loopLatencyMs === null ? null : `${last.loopLatencyMs.toFixed(1)} ms`,
    });
    const { all, traced } = last.messages;
    return isSampled(last) ? `${summary}   ${terminal.sampled(traced, all)}` : summary;
  }

  #legend(): string {
    const { states } = this.messages.watch.page;
    return HEAVIEST.map((state) => `${this.#paint(state, 1)} ${states[state]}`).join("   ");
  }

  #lanes(columns: number, room: number): string[] {
    const toMs = this.#history.nowMs;
    const rows = visibleRows(this.#history, toMs - SHOWN_MS, toMs, room);
    if (rows.length > room) return this.#counts(columns).slice(0, room);
    let labelled: number | undefined;
    return rows.map(({ lane, bars }) => {
      const label = lane === labelled ? "" : this.#laneName(lane);
      labelled = lane;
      const cells = cellsOf(bars, toMs - SHOWN_MS, toMs, Math.max(1, columns - LABEL_COLUMNS));
      return padEnd(label, LABEL_COLUMNS) + this.#paintCells(cells);
    });
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
        this.#paint(state, Math.round(count / max * room))
      }`;
    });
  }

  #laneName(lane: number): string {
    const { lanes } = this.messages.watch.page;
    if (lane === BACKLOG_LANE) return lanes.backlog;
    if (lane === QUEUE_LANE) return lanes.queue;
    const name = lanes[this.hello.worker];
    if (lane === 0) return name;
    const pid = this.#history.pids.get(lane);
    return pid === undefined ? `${name} ${lane}` : `${lanes.process} ${pid}`;
  }

  #paintCells(cells: readonly (State | undefined)[]): string {
    let line = "";
    for (let begin = 0, end; begin < cells.length; begin = end) {
      for (end = begin; end < cells.length && cells[end] === cells[begin];) end++;
      const state = cells[begin];
      line += state === undefined ? " ".repeat(end - begin) : this.#paint(state, end - begin);
    }
    return line;
  }

  #paint(state: State, count: number): string {
    const [character, color] = LOOKS[state];
    const text = character.repeat(count);
    return this.hasColors ? `\x1b[${color}m${text}\x1b[0m` : text;
  }
}

/**
 * The states that the characters of a row show.
 *
 * @param bars of the row
 * @param fromMs the time at the left end
 * @param toMs the time at the right end
 * @param count how many characters there are
 * @returns for each character its state; `undefined` where there is no bar
 */
export function cellsOf(
  bars: readonly Bar[],
  fromMs: number,
  toMs: number,
  count: number,
): (State | undefined)[] {
  const cells: (State | undefined)[] = Array.from({ length: count });
  const cellAt = (timeMs: number) => Math.floor((timeMs - fromMs) / (toMs - fromMs) * count);
  for (const { times, states, endMs } of bars) {
    times.forEach((timeMs, index) => {
      const state = STATES[states[index]];
      const first = Math.max(0, cellAt(timeMs));
      const last = Math.min(count - 1, cellAt(Math.min(times[index + 1] ?? endMs, toMs)));
      for (let cell = first; cell <= last; cell++) {
        if (weightOf(state) > weightOf(cells[cell])) cells[cell] = state;
      }
    });
  }
  return cells;
}

function weightOf(state: State | undefined): number {
  return state === undefined ? -1 : HEAVIEST.length - HEAVIEST.indexOf(state);
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
