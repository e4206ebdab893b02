/**
 * Downloads by greenlets: the next one begins when the one before waits, and each ends when all of it
 * has come, whichever began first.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  type Coroutine,
  type Greenlet,
  Hub,
  joinall,
  SocketLoop,
  spawn,
} from "../../servers/coroutines/gevent/mod.ts";
import { DenoSockets } from "../../servers/sockets/deno/sockets.ts";
import { UNOBSERVED } from "../../servers/sockets/observer.ts";
import { WrongAnswerError } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { closeAll } from "./listening.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const HANDLER = fileURLToPath(new URL("./slow_handler.js", import.meta.url));
/** The sizes of what is downloaded, in this order: the server takes a millisecond for each byte. */
const TAKES_MS = [300, 60, 240, 120, 180];
/** Which part of the time that they would take one after another they may take together. */
const TOGETHER = 0.8;

/** `playground lab gevent-order` */
export const geventOrder = defineExperiment(
  "gevent-order",
  async (texts) => {
    const args = ["gevent", ...BEST_SOCKETS, "--handler", HANDLER, "--quiet"];
    await using server = await startServer(args, texts);
    const beganMs = performance.now();
    const { started, finished } = await downloadAll(server.port);
    return { takesMs: TAKES_MS, started, finished, elapsedMs: performance.now() - beganMs };
  },
  ({ takesMs, started, finished, elapsedMs }, texts) => {
    const sumMs = takesMs.reduce((sum, ms) => sum + ms);
    return {
      lines: [
        texts.started(started.map((index) => texts.download(index + 1, takesMs[index]))),
        texts.finished(finished.map((index) => texts.download(index + 1, takesMs[index]))),
        texts.took(elapsedMs, sumMs),
      ],
      expectations: [
        {
          isMet: started.length === takesMs.length && started.every((index, at) => index === at),
          otherwise: texts.otherStart,
        },
        {
          isMet: finished.length === takesMs.length && finished.some((index, at) => index !== at),
          otherwise: texts.sameOrder,
        },
        { isMet: elapsedMs <= TOGETHER * sumMs, otherwise: texts.oneByOne },
      ],
    };
  },
);

/** @returns which have started, and which have finished, by their places among {@linkcode TAKES_MS} */
async function downloadAll(port: number): Promise<{ started: number[]; finished: number[] }> {
  const started: number[] = [];
  const finished: number[] = [];
  const sockets = new DenoSockets(UNOBSERVED);
  const loop = new SocketLoop(sockets);

  function* download(index: number): Coroutine {
    started.push(index);
    const sizeBytes = TAKES_MS[index];
    const socket = yield* loop.connect("127.0.0.1", port);
    yield* socket.send(new TextEncoder().encode(String(sizeBytes)));
    let received = 0;
    for (let chunk; (chunk = yield* socket.recv(sizeBytes)).length > 0;) received += chunk.length;
    socket.close();
    if (received !== sizeBytes) throw new WrongAnswerError(`${sizeBytes}`, `${received} bytes`);
    finished.push(index);
  }

  try {
    await new Hub(loop, REPORTS).run(function* () {
      const greenlets: Greenlet[] = TAKES_MS.map((_, index) => spawn(download, index));
      yield* joinall(greenlets, { raiseError: true });
    });
  } finally {
    await closeAll(sockets);
  }
  return { started, finished };
}

/** `joinall` throws what fails, and no greenlet computes. */
const REPORTS = { failed() {}, held() {} };
