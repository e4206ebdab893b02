/**
 * Downloads by greenlets: each begins when the one before waits, and ends when its answer is there.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { RefusedError } from "../../cli/errors.ts";
import type { LabTexts } from "../../cli/messages.ts";
import type { Greenlet } from "../../servers/coroutines/gevent/greenlet.ts";
import { Hub, spawn } from "../../servers/coroutines/gevent/hub.ts";
import { joinall } from "../../servers/coroutines/gevent/joining.ts";
import type { Coroutine } from "../../servers/coroutines/gevent/park.ts";
import { messageOf } from "../../servers/sockets/thrown.ts";
import { defineExperiment } from "./experiment.ts";
import { PromiseLoop } from "./promise_loop.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";

const HANDLER = fileURLToPath(new URL("./slow_handler.js", import.meta.url));
/** How long the server takes for each file, in the order in which they are asked for. */
const TAKES_MS = [300, 60, 240, 120, 180];
/** Together they must take less of the time that they would take one after another. */
const TOGETHER = 0.8;

export const geventOrder = defineExperiment(
  "gevent-order",
  async (texts) => {
    const args = ["gevent", ...BEST_SOCKETS, "--handler", HANDLER, "--quiet"];
    await using server = await startServer(args, texts);
    const urls = TAKES_MS.map((ms) => `http://127.0.0.1:${server.port}/${ms}`);
    const beganMs = performance.now();
    const { started, finished } = await downloadAll(urls, texts);
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

/** @returns which have started, and which have finished, by their places among `urls` */
async function downloadAll(
  urls: readonly string[],
  texts: LabTexts,
): Promise<{ started: number[]; finished: number[] }> {
  const started: number[] = [];
  const finished: number[] = [];
  const loop = new PromiseLoop();

  function* download(index: number): Coroutine {
    started.push(index);
    yield* loop.promise(fetchAll(urls[index], texts));
    finished.push(index);
  }

  await new Hub(loop, REPORTS).run(function* () {
    const greenlets: Greenlet[] = urls.map((_, index) => spawn(download, index));
    yield* joinall(greenlets, { raiseError: true });
  });
  return { started, finished };
}

async function fetchAll(url: string, { needs }: LabTexts): Promise<Uint8Array> {
  try {
    return await (await fetch(url)).bytes();
  } catch (error) {
    throw new RefusedError(needs.server("gevent", messageOf(error)));
  }
}

/** What fails is thrown by `joinall`, and nobody computes. */
const REPORTS = { failed() {}, held() {} };
