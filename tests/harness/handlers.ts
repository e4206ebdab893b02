/**
 * What handlers answer.
 *
 * @module
 */

import { Rooms } from "../../servers/handlers/rooms.ts";
import {
  allReplies,
  type HandlerClient,
  type Reply,
  type Session,
} from "../../servers/handlers/session.ts";
import { decode, encode } from "./bytes.ts";

/** A client for a session, which is alone unless it gets the rooms of others. */
export function handlerClient(id = 1, rooms = new Rooms()): HandlerClient {
  return { id, peer: { host: "127.0.0.1", port: 50_000 + id }, rooms };
}

/** What `session` has to send unasked, and no longer has after that. */
export function unasked({ outbox }: Session): string {
  return outbox === undefined
    ? ""
    : [...allReplies(outbox)].map(({ bytes }) => decode(bytes)).join("");
}

/** Everything that `session` answers to `chunks`, until it closes. */
export function answers(session: Session, ...chunks: (string | Uint8Array)[]): Reply[] {
  const given: Reply[] = [];
  for (const chunk of chunks) {
    // As a model does: the buffer is the same for every chunk, and an answer is sent at once.
    const buffer = typeof chunk === "string" ? encode(chunk) : chunk.slice();
    for (const answer of allReplies(session.onData(buffer))) {
      given.push({ ...answer, bytes: answer.bytes.slice() });
      if (answer.close) return given;
    }
    buffer.fill(0);
  }
  return given;
}

export function texts(session: Session, ...chunks: (string | Uint8Array)[]): string[] {
  return answers(session, ...chunks).map(({ bytes }) => decode(bytes));
}

/** `text` cut in two, once at every place. */
export function* cutAnywhere(text: string): Generator<[Uint8Array, Uint8Array]> {
  const bytes = encode(text);
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}
