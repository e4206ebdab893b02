import type { Frame } from "./frames.ts";

const texts = new WeakMap<Frame, string>();

/** A frame as JSON. Several viewers get the same frame, which is turned into text once. */
export function frameJson(frame: Frame): string {
  let text = texts.get(frame);
  if (text === undefined) texts.set(frame, text = JSON.stringify(frame));
  return text;
}
