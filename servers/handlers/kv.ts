import { ByteInput } from "./byte_input.ts";
import { type KvContext, textOf, wrongArity } from "./kv_command.ts";
import { findCommand } from "./kv_server_commands.ts";
import { KvStore } from "./kv_store.ts";
import { type Answer, RespWriter } from "./resp.ts";
import { type Command, RespError, RespReader } from "./resp_reader.ts";
import { GeneratedReplies, type Handler, type Reply, replyWith, type Session } from "./session.ts";

/** So many bytes of answers are collected before they are sent. */
const BATCH_BYTES = 65_536;

/**
 * A small Redis: keys and values, kept in SQLite. It speaks RESP2, so `redis-cli` is a client.
 *
 * The commands of a chunk are one transaction, and are answered when it is committed. What was
 * answered is there after the process was killed.
 *
 * @param path of the database's file
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Rooms } from "./rooms.ts";
 * const client = { id: 1, peer: { host: "127.0.0.1", port: 1 }, rooms: new Rooms() };
 * const session = kv(":memory:")(client);
 * const reply = session.onData(new TextEncoder().encode("INCR n\r\nGET n\r\n")).next();
 * assertEquals(new TextDecoder().decode(reply?.bytes), ":1\r\n$1\r\n1\r\n");
 * ```
 */
export function kv(path: string): Handler {
  let store: KvStore | undefined;
  // Where the first command needs it, and not before: a process may fork between.
  const open = () => store ??= new KvStore(path);
  return ({ id }) => new Kv({ id, store: open });
}

class Kv implements Session {
  readonly #input = new ByteInput();
  readonly #reader = new RespReader(this.#input);
  readonly #writer = new RespWriter();
  /** Whose transaction is under way. */
  #writing: KvStore | undefined;
  /** Whether nothing more is read. */
  #isOver = false;

  constructor(private readonly context: KvContext) {}

  onData(chunk: Uint8Array): GeneratedReplies {
    this.#input.push(chunk);
    return new GeneratedReplies(this.#replies());
  }

  *#replies(): Generator<Reply> {
    for (let isMore = true; isMore && !this.#isOver;) {
      isMore = this.#runBatch();
      const bytes = this.#writer.take();
      if (bytes.length > 0 || this.#isOver) yield replyWith(bytes, this.#isOver);
    }
  }

  /** Runs commands until there are answers enough. @returns whether there may be more commands */
  #runBatch(): boolean {
    const writer = this.#writer;
    let count = 0;
    let isMore = true;
    try {
      while (!this.#isOver && writer.length < BATCH_BYTES) {
        const command = this.#next();
        isMore = command !== undefined;
        if (command === undefined) break;
        count++;
        writer.add(this.#run(command));
      }
      this.#writing?.commit();
    } catch (error) {
      if (!isOfSqlite(error)) throw error;
      // Nothing of the transaction has happened, so none of its commands has.
      this.#writing?.rollback();
      writer.take();
      for (let i = 0; i < count; i++) writer.add({ error: `ERR ${error.message}` });
    }
    this.#writing = undefined;
    return isMore;
  }

  /** The next command. What is none is answered, and ends the connection. */
  #next(): Command | undefined {
    try {
      const command = this.#reader.next();
      if (command === undefined || !isOfBrowser(command)) return command;
    } catch (error) {
      if (!(error instanceof RespError)) throw error;
      this.#writer.add({ error: `ERR ${error.message}` });
    }
    this.#isOver = true;
    return undefined;
  }

  #run([first, ...args]: Command): Answer {
    const name = textOf(first.subarray(0, 128));
    const command = findCommand(name.toLowerCase());
    if (command === undefined) return unknownCommand(name, args);
    const { arity, writes, closes } = command;
    const words = args.length + 1;
    if (arity < 0 ? words < -arity : words !== arity) return wrongArity(name.toLowerCase());
    if (writes) {
      this.#writing = this.context.store();
      this.#writing.begin();
    }
    if (closes) this.#isOver = true;
    return command.run(args, this.context);
  }
}

function unknownCommand(name: string, args: Command): Answer {
  const shown = args.slice(0, 8).map((arg) => `'${textOf(arg.subarray(0, 32))}' `).join("");
  return { error: `ERR unknown command '${name}', with args beginning with: ${shown}` };
}

/** A page of the web may have a browser post commands to a server of this machine; Redis refuses it, too. */
function isOfBrowser([name]: Command): boolean {
  return /^(post|host:)$/i.test(textOf(name.subarray(0, 6)));
}

function isOfSqlite(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}
