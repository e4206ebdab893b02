import { count } from "./words.ts";

/** What of a run a trace does not contain. */
interface Gaps {
  readonly messages: number;
  readonly messagesNotTraced: number;
  readonly slices: number;
  readonly clients: number;
}

/** What people read in the terminal when something of a run is saved, in English. */
export const enWatchSave = {
  cannotWrite: (flag: string, path: string, reason: string) => `${flag} ${path}: ${reason}`,
  sameFile: (one: string, other: string) => `${one} and ${other} need different files`,
  ownFile: (flag: string, path: string) =>
    `${flag} ${path}: this file is the recording itself: choose another name`,
  traceFailed: (path: string, reason: string) =>
    `--trace ${path}: ${reason}: the trace ends here; the server is not affected`,
  traceFull: (path: string) =>
    `--trace ${path}: the trace is full and ends here: a larger file could not be opened; ` +
    "the server is not affected",
  traceCut: (path: string) =>
    `--trace ${path}: the trace is full before the recording ends: a larger file could not be opened`,
  traceWithoutLanes: (path: string) =>
    `--trace ${path}: it has tracks of the clients only: an older playground made the recording, and ` +
    "recorded nothing of the lanes",
  traceGaps: (what: string, gaps: Gaps) => `${what}: not in the trace: ${enGaps(gaps)}`,
  traceWritten: (path: string, size: string) =>
    `wrote ${path} (${size}): open it at https://ui.perfetto.dev or chrome://tracing`,
  htmlWritten: (path: string, size: string) =>
    `wrote ${path} (${size}): a browser opens it, without a network`,
  htmlCut: (path: string, seconds: string, all: string) =>
    `${path}: only the first ${seconds} s of ${all} s are in it: more would not open fast`,
  saved: (path: string, seconds: string) => `saved the last ${seconds} s: ${path}`,
  notSaved: (reason: string) => `could not save: ${reason}`,
};

function enGaps({ messages, messagesNotTraced, slices, clients }: Gaps): string {
  const gaps = [];
  if (messagesNotTraced > 0) {
    gaps.push(`${count(messagesNotTraced)} of ${count(messages)} messages, which came too fast`);
  }
  if (slices > 0) gaps.push(`${count(slices)} slices`);
  if (clients > 0) gaps.push(`${count(clients)} clients`);
  return gaps.join(", ");
}

/** The texts of the page with which a run is saved, in English. */
export const enWatchSavePage = {
  save: "Save",
  saveAs: {
    recording: "Last 60 s",
    trace: "Trace for Perfetto",
    html: "Page that replays it",
    svg: "Picture (SVG)",
    png: "Picture (PNG)",
  },
  speed: "Speed",
  savedAs: "saved: {name} ({size} MB)",
  saveFailed: "could not be saved: {reason}",
  embedded: "This page is a recording, and holds all that it shows: it needs no network.",
  cut: "Only the first {shown} s of {all} s are in it.",
  noMoment: "{wanted} s after the start is not kept here: only {from} s to {to} s are. " +
    "The nearest moment is shown.",
};
