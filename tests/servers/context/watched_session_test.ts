import { WatchedSession } from "../../../servers/context/watched_session.ts";
import {
  allReplies,
  GeneratedReplies,
  OneReply,
  type Replies,
  type Reply,
  replyWith,
} from "../../../servers/handlers/session.ts";
import { Controls, createControlsMemory } from "../../../servers/metrics/controls.ts";
import { assertEquals } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import "../../harness/sanitizers.ts";

const NOTHING = new Uint8Array(0);

/** A session, and what it reports. */
function watched(onData: (chunk: Uint8Array) => Replies, tracesSteps = true) {
  const said: string[] = [];
  const controls = new Controls(createControlsMemory());
  const recorder = {
    tracesSteps,
    asleep: (client: number, ms: number) => said.push(`${client} asleep ${ms}`),
    prepared: (client: number, reply: Uint8Array) =>
      said.push(`${client} prepared ${reply.length}`),
    handled: (client: number, reply = NOTHING) => said.push(`${client} handled ${reply.length}`),
  };
  const session = new WatchedSession({ onData, onClose() {} }, controls, recorder, 7, false);
  const answers = () => {
    for (const { bytes } of allReplies(session.onData(encode("ask")))) said.push(decode(bytes));
    return said.splice(0);
  };
  return { controls, answers };
}

function* both(): Generator<Reply> {
  yield replyWith(encode("one"));
  yield replyWith(encode("three"));
}

const twice = () => new GeneratedReplies(both());

Deno.test("a session says when each reply is computed, before it is sent", () => {
  assertEquals(watched(twice).answers(), ["7 handled 3", "one", "7 handled 5", "three"]);
});

Deno.test("a session says that it has nothing to say", () => {
  assertEquals(watched(() => new OneReply()).answers(), ["7 handled 0"]);
});

Deno.test("a reply that sleeps is prepared, and not handled", () => {
  const { controls, answers } = watched(twice);
  controls.setSimulatedCost({ sleepMs: 30, cpuMs: 0 });
  assertEquals(answers(), [
    ...["7 asleep 30", "7 prepared 3", "one"],
    ...["7 asleep 30", "7 prepared 5", "three"],
  ]);
});

Deno.test("a session says nothing while nobody wants to know", () => {
  assertEquals(watched(twice, false).answers(), ["one", "three"]);
});
