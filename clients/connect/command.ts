import { defineCommand } from "../../cli/command.ts";
import { RefusedError } from "../../cli/errors.ts";
import { onOff } from "../../cli/flags.ts";
import { systemReason } from "../../cli/system_reason.ts";
import { formatAddress } from "../../servers/sockets/interface.ts";
import { parseAddress } from "../target/address.ts";
import { type Conversation, PlainConversation, TerminalConversation } from "./conversation.ts";

const connectFlags = { crlf: onOff() };

/** `playground connect [HOST:PORT]` */
export const connectCommand = defineCommand({
  flags: connectFlags,
  words: { min: 0, max: 1 },
  async run({ flags, words: [typed], messages }) {
    const address = parseAddress(typed ?? "7788", 7788, messages);
    const texts = messages.connect;
    const shown = formatAddress(address);
    let conn: Deno.TcpConn;
    try {
      conn = await Deno.connect({ hostname: address.host, port: address.port });
    } catch (error) {
      throw new RefusedError(texts.failed(shown, systemReason(error, messages)));
    }
    const isTerminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
    const lineEnd = flags.crlf ? "\r\n" : "\n";
    const conversation = isTerminal
      ? new TerminalConversation(lineEnd)
      : new PlainConversation(lineEnd);
    console.error(texts.connected(shown));
    try {
      sendTyped(conversation, conn);
      await showReceived(conversation, conn);
      conversation.end();
      console.error(texts.closed(shown));
      return 0;
    } catch (error) {
      conversation.end();
      if (!(error instanceof NotShown)) {
        throw new RefusedError(texts.lost(shown, systemReason(error, messages)));
      }
      if (error.cause instanceof Deno.errors.BrokenPipe) return 0; // it has had enough, as `head` has
      throw new RefusedError(messages.outputLost(systemReason(error.cause, messages)));
    }
  },
});

/** Sends what is typed, then closes this direction only: the server may still send. */
async function sendTyped({ typed }: Conversation, conn: Deno.TcpConn): Promise<void> {
  try {
    await typed.pipeTo(conn.writable, { preventClose: true });
    await conn.closeWrite();
  } catch {
    // The connection is lost, which the receiving side reports.
  }
}

/** Showing what came has failed, not the connection. The cause says why. */
class NotShown extends Error {}

/**
 * Shows what comes, until the other side has closed.
 *
 * @throws {NotShown} or what the connection is lost by
 */
async function showReceived(conversation: Conversation, conn: Deno.TcpConn): Promise<void> {
  for await (const bytes of conn.readable) {
    try {
      await conversation.show(bytes);
    } catch (cause) {
      throw new NotShown("not shown", { cause });
    }
  }
}
