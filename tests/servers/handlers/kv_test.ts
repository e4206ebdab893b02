import { DatabaseSync } from "node:sqlite";
import { kv } from "../../../servers/handlers/kv.ts";
import { KvStore } from "../../../servers/handlers/kv_store.ts";
import { type Reply, type Session } from "../../../servers/handlers/session.ts";
import { assert, assertEquals, assertMatch } from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { answers, cutAnywhere, handlerClient } from "../../harness/handlers.ts";
import "../../harness/sanitizers.ts";

const session = () => kv(":memory:")(handlerClient());

/** What is answered to lines as somebody types them, with | for the ends of lines. */
function typed(to: Session, ...lines: string[]): string {
  const all = answers(to, lines.map((line) => `${line}\r\n`).join(""));
  return all.map(({ bytes }) => decode(bytes)).join("").replaceAll("\r\n", "|");
}

const COMMANDS: [lines: string[], answer: string][] = [
  [["PING", "ping hi", "ECHO 'a b'"], "+PONG|$2|hi|$3|a b|"],
  [["SET a 1", "get a", "GET b"], "+OK|$1|1|$-1|"],
  [["SET '' ''", "GET ''", "EXISTS ''"], "+OK|$0||:1|"],
  [
    ["SET a 1 NX", "SET a 2 NX", "SET a 3 xx", "SET b 1 XX", "MGET a b"],
    "+OK|$-1|+OK|$-1|*2|$1|3|$-1|",
  ],
  [["SET a 1 GET", "SET a 2 GET", "SET a 3 NX GET", "GET a"], "$-1|$1|1|$1|2|$1|2|"],
  [["SET a 1 NX XX", "SET a 1 MAYBE"], "-ERR syntax error|-ERR syntax error|"],
  [["SET a 1 EX 5"], "-ERR EX is not supported: keys do not expire here|"],
  [["MSET a 1 b 2", "DEL a b c", "EXISTS a b"], "+OK|:2|:0|"],
  [["MSET a 1 b"], "-ERR wrong number of arguments for 'mset' command|"],
  [["SET a 1", "EXISTS a a b"], "+OK|:2|"],
  [["INCR n", "INCRBY n 41", "DECR n", "DECRBY n 1", "GET n"], ":1|:42|:41|:40|$2|40|"],
  [
    ["SET n 9223372036854775807", "INCR n", "DECR n"],
    "+OK|-ERR increment or decrement would overflow|:9223372036854775806|",
  ],
  [
    ["SET n -9223372036854775808", "DECR n", "DECRBY n -9223372036854775808"],
    "+OK|-ERR increment or decrement would overflow|-ERR decrement would overflow|",
  ],
  ...["one", "1.5", "01", "+1", "' 1'", "-0", "''", "9223372036854775808"].map(
    (value): [string[], string] => [
      [`SET n ${value}`, "INCR n", `INCRBY m ${value}`, "EXISTS m"],
      `+OK|${"-ERR value is not an integer or out of range|".repeat(2)}:0|`,
    ],
  ),
  [["MSET ab 1 ac 2 b 3", "KEYS a*", "KEYS x", "DBSIZE"], "+OK|*2|$2|ab|$2|ac|*0|:3|"],
  [
    ["MSET a 1 b 2", "FLUSHDB", "DBSIZE", "FLUSHALL ASYNC", "FLUSHDB NOW"],
    "+OK|+OK|:0|+OK|-ERR syntax error|",
  ],
  [
    ["SELECT 0", "SELECT 1", "SELECT x"],
    "+OK|-ERR DB index is out of range|-ERR value is not an integer or out of range|",
  ],
  [
    ["get", "GET a b", "SET a"],
    ["get", "get", "set"].map((name) => `-ERR wrong number of arguments for '${name}' command|`)
      .join(""),
  ],
  [["nonsense a 'b c'"], "-ERR unknown command 'nonsense', with args beginning with: 'a' 'b c' |"],
  [
    ["'a\\r\\nb'", '"a\\r\\n+OK"'],
    "-ERR unknown command 'a\\r\\nb', with args beginning with: |-ERR unknown command 'a  +OK', with args beginning with: |",
  ],
  [["toString"], "-ERR unknown command 'toString', with args beginning with: |"],
  [
    ["CLIENT ID", "CLIENT SETNAME x", "CLIENT GETNAME", "CLIENT SETINFO lib-name x"],
    ":1|+OK|$-1|+OK|",
  ],
  [["CLIENT x"], "-ERR unknown subcommand 'x'. Try CLIENT HELP.|"],
  [["HELLO 3"], "-NOPROTO unsupported protocol version|"],
  [["COMMAND DOCS", "CONFIG GET save"], "*0|*0|"],
];

for (const [lines, answer] of COMMANDS) {
  Deno.test(`kv answers ${lines.join(", ").slice(0, 60)} as Redis does`, () => {
    assertEquals(typed(session(), ...lines), answer);
  });
}

Deno.test("kv tells what redis-cli and libraries ask for when they begin", () => {
  assertMatch(
    typed(session(), "HELLO"),
    /^\*12\|\$6\|server\|\$5\|redis\|.*proto\|:2\|\$2\|id\|:1\|/,
  );
  assertMatch(typed(session(), "COMMAND"), /\*6\|\$3\|set\|:-3\|\*1\|\+write\|:1\|:1\|:1\|/);
  assertMatch(typed(session(), "SET a 1", "INFO"), /# Keyspace\|db0:keys=1,/);
  assertMatch(typed(session(), "COMMAND COUNT"), /^:\d+\|$/);
});

Deno.test("kv keeps any bytes, in keys and in values", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const bulk = (bytes: Uint8Array) => [encode(`$${bytes.length}\r\n`), bytes, encode("\r\n")];
  const join = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const set = join([encode("*3\r\n"), ...[encode("SET"), all, all].flatMap(bulk)]);
  const get = join([encode("*2\r\n"), ...[encode("GET"), all].flatMap(bulk)]);
  const [{ bytes }] = answers(session(), join([set, get]));
  assertEquals(bytes, join([encode("+OK\r\n"), ...bulk(all)]));
});

Deno.test("kv answers in order, wherever the commands are cut", () => {
  const sent = "INCR n\r\n*2\r\n$4\r\nINCR\r\n$1\r\nn\r\nGET n\r\n";
  for (const cut of cutAnywhere(sent)) {
    const text = answers(session(), ...cut).map(({ bytes }) => decode(bytes)).join("");
    assertEquals(text, ":1\r\n:2\r\n$1\r\n2\r\n");
  }
});

function ending(...chunks: string[]): [text: string, closes: boolean] {
  const all = answers(session(), ...chunks);
  return [all.map(({ bytes }) => decode(bytes)).join(""), all.at(-1)?.close ?? false];
}

Deno.test("kv ends the connection when it is told to, and after a protocol error", () => {
  assertEquals(ending("PING\r\nQUIT\r\nPING\r\n"), ["+PONG\r\n+OK\r\n", true]);
  assertEquals(ending("PING\r\n*x\r\nPING\r\n"), [
    "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n",
    true,
  ]);
  assertEquals(ending("POST / HTTP/1.1\r\nSET a 1\r\n"), ["", true]);
  assertEquals(ending("GET / HTTP/1.1\r\nHost: here\r\nSET a 1\r\n")[1], true);
});

/** A file of a database, until it is disposed of. */
function databaseFile(): { path: string } & Disposable {
  const directory = Deno.makeTempDirSync();
  return {
    path: `${directory}/kv.db`,
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}

Deno.test("kv opens its file with the first command that needs it, and not before", () => {
  using file = databaseFile();
  const handler = kv(file.path);
  const [one, other] = [handler(handlerClient()), handler(handlerClient())];
  typed(one, "PING", "1", "COMMAND");
  assertEquals([...Deno.readDirSync(file.path.replace("/kv.db", ""))], []);
  typed(one, "SET a 1");
  assertEquals(typed(other, "GET a"), "$1|1|");
});

Deno.test("kv has committed what it has answered, and nothing is under way then", () => {
  using file = databaseFile();
  const one = kv(file.path)(handlerClient());
  const replies = one.onData(encode("SET a 1\r\nSET b 2\r\n"));
  const store = new KvStore(file.path);
  assertEquals(store.count(), 0);
  replies.next();
  assertEquals(store.count(), 2);
  store.begin(); // another may write
  store.close();
});

Deno.test("kv fails all commands of a transaction if it cannot write, and goes on", () => {
  using file = databaseFile();
  const one = kv(file.path)(handlerClient());
  typed(one, "SET a 1");
  const other = new DatabaseSync(file.path);
  // Somebody has altered the table.
  other.exec("CREATE TRIGGER no BEFORE DELETE ON kv BEGIN SELECT RAISE(ABORT, 'no'); END");
  assertEquals(typed(one, "SET b 2", "DEL a", "PING", "SET c 3"), "-ERR no|-ERR no|+PONG|+OK|");
  assertEquals(typed(one, "KEYS *"), "*2|$1|a|$1|c|");
  other.close();
});

Deno.test("kv sends answers as they are asked for, of a bounded size", () => {
  const to = session();
  const large = "x".repeat(500_000);
  answers(to, `*3\r\n$3\r\nSET\r\n$1\r\na\r\n$500000\r\n${large}\r\n`);
  const replies = to.onData(encode("GET a\r\n".repeat(5_000))); // more than memory can hold
  for (let i = 0; i < 3; i++) {
    const reply: Reply | undefined = replies.next();
    assert(reply !== undefined && reply.bytes.length < 600_000);
  }
});

Deno.test("kv makes no answer that fills memory, however often a large value is asked for", () => {
  const to = session();
  const large = "x".repeat(1_000_000);
  answers(to, `*3\r\n$3\r\nSET\r\n$1\r\na\r\n$${large.length}\r\n${large}\r\n`);
  assertMatch(typed(to, `MGET${" a".repeat(5_000)}`), /^-ERR the answer would be larger/);
  assertEquals(typed(to, "EXISTS a a"), ":2|");
});

Deno.test("kv takes no pattern with which to search for minutes", () => {
  assertMatch(typed(session(), `KEYS *${"a".repeat(10_000)}b`), /^-ERR a pattern has at most/);
});
