import { defineCommand, type Invocation } from "../cli/command.ts";
import { RefusedError, UsageError } from "../cli/errors.ts";
import { formatAddress } from "../servers/sockets/interface.ts";
import { messageOf } from "../servers/sockets/thrown.ts";
import { parseAddress } from "./address.ts";

/** `playground connect [HOST:PORT]` */
export const connectCommand = defineCommand({
  flags: {},
  words: { least: 0, most: 1 },
  async run({ words: [typed], messages }: Invocation<Record<never, never>>): Promise<number> {
    const address = typed === undefined ? { host: "127.0.0.1", port: 7788 } : parseAddress(typed);
    if (address === undefined) {
      throw new UsageError(`${typed}: ${messages.flags.wantsAddress}`);
    }
    const texts = messages.connect;
    const shown = formatAddress(address);
    let conn: Deno.TcpConn;
    try {
      conn = await Deno.connect({ hostname: address.host, port: address.port });
    } catch (error) {
      throw new RefusedError(texts.failed(shown, messageOf(error)));
    }
    console.error(texts.connected(shown));
    sendTyped(conn);
    try {
      await conn.readable.pipeTo(Deno.stdout.writable, { preventClose: true });
    } catch (error) {
      throw new RefusedError(texts.lost(shown, messageOf(error)));
    }
    console.error(texts.closed(shown));
    return 0;
  },
});

/** Sends what is typed; at its end the other side may still finish what it has to say. */
async function sendTyped(conn: Deno.TcpConn): Promise<void> {
  try {
    await Deno.stdin.readable.pipeTo(conn.writable, { preventClose: true });
    await conn.closeWrite();
  } catch {
    // The connection is lost, which the receiving side reports.
  }
}
