/**
 * Which side has to close a connection that was given away.
 *
 * A child process gets a copy of the descriptor, fork(2): the connection ends when all copies are
 * closed, so a parent that keeps its own keeps the client waiting. The threads of a process share its
 * one descriptor: closed by one, it is closed for all, and its number soon belongs to another file.
 *
 * @module
 */

import type { LabTexts } from "../../cli/messages.ts";
import { EPOLLIN } from "../../servers/sockets/interface.ts";
import { MSG_DONTWAIT, SHUT_WR } from "../../servers/system/system_calls.ts";
import { Child } from "./child.ts";
import { EchoThread } from "./echo_thread.ts";
import { defineExperiment } from "./experiment.ts";
import { Loopback, type Pair } from "./loopback.ts";
import { needSystemCalls } from "./needs.ts";

/** How long the client waits before it says that its stream has not ended. */
const QUIET_MS = 150;
const WAIT_TIMEOUT_MS = 5_000;
const HELLO = new TextEncoder().encode("hello");

/** What a client saw that was given away. */
interface Run {
  readonly answered: boolean;
  /** Whether its stream ended when the child or thread had served it. */
  readonly ended: boolean;
  /** Whether it ended then, or when the parent had closed its copy as well. */
  readonly endedWithParent: boolean;
  /** What kept the thread from serving. */
  readonly error: string | null;
}

/** `playground lab shared-descriptor` */
export const sharedDescriptor = defineExperiment(
  "shared-descriptor",
  async (texts) => {
    needSystemCalls(texts);
    return {
      processKept: await giveToChild({ parentCloses: false }),
      processClosed: await giveToChild({ parentCloses: true }),
      threadKept: await giveToThread({ parentCloses: false }),
      threadClosed: await giveToThread({ parentCloses: true }),
    };
  },
  ({ processKept, processClosed, threadKept, threadClosed }, texts) => ({
    lines: [
      texts.row(texts.processKept, tell(processKept, texts)),
      texts.row(texts.processClosed, tell(processClosed, texts)),
      texts.row(texts.threadKept, tell(threadKept, texts)),
      texts.row(texts.threadClosed, tell(threadClosed, texts)),
    ],
    expectations: [
      {
        isMet: processKept.answered && !processKept.ended && processKept.endedWithParent,
        otherwise: texts.endedAllTheSame,
      },
      { isMet: processClosed.answered && processClosed.ended, otherwise: texts.notEnded },
      { isMet: threadKept.answered && threadKept.ended, otherwise: texts.threadFailed },
      { isMet: !threadClosed.answered, otherwise: texts.threadServed },
    ],
  }),
);

function tell(
  { answered, ended, endedWithParent, error }: Run,
  texts: LabTexts["experiments"]["shared-descriptor"],
): string {
  if (!answered) return texts.notAnswered(error ?? texts.silence);
  if (ended) return texts.answeredAndEnded;
  return endedWithParent ? texts.endedWithParent : texts.neverEnded;
}

async function giveToChild({ parentCloses }: { parentCloses: boolean }): Promise<Run> {
  using loopback = new Loopback();
  const pair = loopback.pair();
  await using child = new Child(["cat"], pair.server);
  if (parentCloses) loopback.close(pair.server);
  sayHello(loopback, pair);
  const answered = receive(loopback, pair, WAIT_TIMEOUT_MS) === HELLO.length;
  await child.ended();
  return { answered, ...watchEnd(loopback, pair), error: null };
}

async function giveToThread({ parentCloses }: { parentCloses: boolean }): Promise<Run> {
  using loopback = new Loopback();
  const pair = loopback.pair();
  using thread = await EchoThread.start();
  sayHello(loopback, pair);
  if (parentCloses) loopback.close(pair.server);
  else loopback.disown(pair.server); // the thread closes it
  const error = await thread.serve(pair.server);
  const answered = receive(loopback, pair, QUIET_MS) === HELLO.length;
  return { answered, ...watchEnd(loopback, pair), error };
}

/** All that the client ever says. */
function sayHello(loopback: Loopback, { client }: Pair): void {
  loopback.send(client, HELLO);
  loopback.calls.shutdown(client, SHUT_WR);
}

/** @returns how many bytes the client was sent: none at the end, a negative number without one */
function receive(loopback: Loopback, { client }: Pair, timeoutMs: number): number {
  loopback.wait(client, EPOLLIN, timeoutMs);
  return loopback.calls.recv(client, new Uint8Array(HELLO.length), HELLO.length, MSG_DONTWAIT);
}

/** Looks for the end of the client's stream, and has the parent close its copy if there is none. */
function watchEnd(loopback: Loopback, pair: Pair): Pick<Run, "ended" | "endedWithParent"> {
  const ended = receive(loopback, pair, QUIET_MS) === 0;
  loopback.close(pair.server);
  return { ended, endedWithParent: ended || receive(loopback, pair, WAIT_TIMEOUT_MS) === 0 };
}
