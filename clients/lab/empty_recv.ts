/**
 * What `recv` returns, case by case, on both kinds of sockets.
 *
 * Nothing at all, 0 bytes, means that the client has sent its last: it is how a server learns of the
 * end, and it cannot mean anything else, since a client cannot send nothing. A silent client makes
 * `recv` wait, and a reset makes it fail.
 *
 * @module
 */

import type { SocketKind } from "../../servers/context/protocol.ts";
import type { Connection, Sockets } from "../../servers/sockets/interface.ts";
import { ConnectionReset, WOULD_BLOCK } from "../../servers/sockets/interface.ts";
import { SHUT_WR } from "../../servers/system/system_calls.ts";
import { defineExperiment } from "./experiment.ts";
import { ListeningSockets } from "./listening.ts";
import { Loopback } from "./loopback.ts";
import { needSystemCalls } from "./needs.ts";

/** Long enough for whatever the client sent to arrive. */
const QUIET_MS = 100;
const HELLO = new TextEncoder().encode("hello");

/** What a client does once it is connected. */
const ACTIONS = {
  "is silent": () => {},
  "sends nothing": (loopback: Loopback, client: number) => loopback.send(client, new Uint8Array(0)),
  "sends hello": (loopback: Loopback, client: number) => loopback.send(client, HELLO),
  "sends its last": ({ calls }: Loopback, client: number) => void calls.shutdown(client, SHUT_WR),
  "closes": (loopback: Loopback, client: number) => loopback.close(client),
  "resets": (loopback: Loopback, client: number) => loopback.reset(client),
};
type Deed = keyof typeof ACTIONS;
const ACTION_NAMES = Object.keys(ACTIONS) as Deed[]; // keys() forgets the names

/** Those after which nothing more can come. */
const ENDS: readonly Deed[] = ["sends its last", "closes"];

type Outcome = "would block" | "bytes" | "nothing" | "reset";

interface Row {
  readonly sockets: SocketKind;
  readonly client: Deed;
  readonly recv: Outcome;
}

/** `playground lab empty-recv` */
export const emptyRecv = defineExperiment(
  "empty-recv",
  async (texts) => {
    needSystemCalls(texts);
    const rows: Row[] = [];
    for (const sockets of ["deno", "libc"] as const) {
      await using listening = await ListeningSockets.open(sockets);
      using loopback = new Loopback();
      for (const client of ACTION_NAMES) {
        const descriptor = loopback.connect(listening.listener.address);
        const connection = await listening.listener.accept();
        if (connection === null) throw new Error("the listener was stopped");
        ACTIONS[client](loopback, descriptor);
        rows.push({ sockets, client, recv: await tryToReceive(listening.sockets, connection) });
      }
    }
    return { rows };
  },
  ({ rows }, texts) => ({
    lines: ACTION_NAMES.map((client) => {
      const outcomes = rows.filter((row) => row.client === client).map(({ recv }) => recv);
      return texts.row(
        texts.actions[client],
        [...new Set(outcomes)].map((one) => texts.outcomes[one]),
      );
    }),
    expectations: [
      {
        isMet: rows.every(({ client, recv }) => (recv === "nothing") === ENDS.includes(client)),
        otherwise: texts.nothingOtherwise,
      },
      {
        isMet: rows.every(({ client, recv }) => (recv === "reset") === (client === "resets")),
        otherwise: texts.resetOtherwise,
      },
    ],
  }),
);

async function tryToReceive(sockets: Sockets, connection: Connection): Promise<Outcome> {
  await sockets.select([connection], [], QUIET_MS);
  try {
    const lent = connection.tryRecv(HELLO.length);
    if (lent === WOULD_BLOCK) return "would block";
    return lent.length === 0 ? "nothing" : "bytes";
  } catch (error) {
    if (error instanceof ConnectionReset) return "reset";
    throw error;
  }
}
