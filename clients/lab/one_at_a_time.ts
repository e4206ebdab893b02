/**
 * What happens to the second client of a blocking server.
 *
 * The system completes its connection and keeps what it sends, without the server's knowing of it. Only
 * the answers are missing. When the server accepts this client at last, one recv(2) returns all that
 * has come meanwhile: a stream does not keep messages apart.
 *
 * @module
 */

import { Client } from "./client.ts";
import { defineExperiment } from "./experiment.ts";
import { BEST_SOCKETS, startServer } from "./server.ts";
import { settlesWithin } from "../../cli/settles_within.ts";

const MESSAGES = ["one ", "two ", "three "];
/** How long the second client is left without an answer. */
const QUIET_MS = 300;
const STOP_MS = 2_000;

/** `playground lab one-at-a-time` */
export const oneAtATime = defineExperiment(
  "one-at-a-time",
  async (texts) => {
    const recvs: string[] = [];
    await using server = await startServer(["blocking", ...BEST_SOCKETS], texts, (event) => {
      if (event.event === "received") recvs.push(String(event.bytes));
    });
    using first = await Client.connect(server.port);
    await first.exchange("hello");

    const beganMs = performance.now();
    using second = await Client.connect(server.port);
    const connectMs = performance.now() - beganMs;
    for (const message of MESSAGES) await second.send(message);
    const echo = second.receive(MESSAGES.join("").length);
    const answeredMeanwhile = await settlesWithin(echo, QUIET_MS);

    first.close();
    const leftMs = performance.now();
    const answer = await echo;
    const answerMs = performance.now() - leftMs;
    second.close(); // the stop would wait for it
    await server.stop(STOP_MS);
    const [, ...recvsOfSecond] = recvs;
    return { connectMs, sent: MESSAGES, answeredMeanwhile, answer, answerMs, recvs: recvsOfSecond };
  },
  ({ connectMs, sent, answeredMeanwhile, answer, answerMs, recvs }, texts) => ({
    lines: [
      texts.connected(connectMs),
      answeredMeanwhile ? texts.answeredMeanwhile : texts.silent(sent.length, QUIET_MS),
      texts.answered(answerMs),
      texts.received(recvs.map((bytes) => JSON.stringify(bytes))),
    ],
    expectations: [
      { isMet: !answeredMeanwhile, otherwise: texts.answeredMeanwhile },
      { isMet: answer === sent.join(""), otherwise: texts.lost },
      { isMet: recvs.length === 1, otherwise: texts.inPieces(recvs.length) },
    ],
  }),
);
