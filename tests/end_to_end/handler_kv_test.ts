/**
 * A database behind every model.
 *
 * @module
 */

import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertGreater, assertMatch } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { readToEnd, writeAll } from "../harness/clients.ts";
import { withDirectory } from "../harness/directory.ts";
import { run, Server } from "../harness/playground.ts";
import { hasProgram, runProgram } from "../harness/programs.ts";
import { modelEntry } from "../../servers/registry.ts";
import type { ModelName } from "../../servers/context/context.ts";
import { test } from "../harness/test.ts";
import { MODELS } from "./models.ts";

/** A database's file, until it is disposed of. */
async function databaseFile(): Promise<{ path: string } & AsyncDisposable> {
  const directory = await Deno.makeTempDir();
  return {
    path: `${directory}/kv.db`,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** What a client of its own is answered to lines, and to nothing else. */
async function ask(server: Server, ...lines: string[]): Promise<string> {
  using conn = await server.connect();
  await writeAll(conn, encode(lines.map((line) => `${line}\r\n`).join("")));
  await conn.closeWrite();
  return decode(await readToEnd(conn)).replaceAll("\r\n", "|");
}

for (const { name, args } of MODELS) {
  test(`${name} --handler kv: all clients have one database, and it is there the next time`, async () => {
    await using file = await databaseFile();
    const flags = [...args, "--quiet", "--handler", "kv", "--db", file.path];
    {
      await using server = await Server.start(flags);
      const clients = Array.from({ length: 8 }, () => ask(server, "PING", "INCR n", "INCR n"));
      for (const answer of await Promise.all(clients)) {
        assertMatch(answer, /^\+PONG\|:\d+\|:\d+\|$/);
      }
      assertEquals(await ask(server, "GET n"), "$2|16|");
      assertEquals((await server.stop()).code, 0);
    }
    await using server = await Server.start(flags);
    assertEquals(await ask(server, "GET n", "QUIT", "GET n"), "$2|16|+OK|");
  });
}

/** The command makes and removes the file, so what may differ is where clients are served. */
const WAYS = new Map(MODELS.map((model) => {
  const { servedBy } = modelEntry(model.args[0] as ModelName); // the tests name models that there are
  return [`${servedBy} ${model.args.includes("libc")}`, model];
}));

for (const { name, args } of WAYS.values()) {
  test(`${name} --handler kv: without a file it has one that is gone when it stops`, async () => {
    await using temporary = await databaseFile();
    const TMPDIR = dirname(temporary.path);
    const flags = [...args, "--quiet", "--handler", "kv"];
    await using server = await Server.start(flags, { env: { TMPDIR, TEMP: TMPDIR, TMP: TMPDIR } });
    assertEquals(await ask(server, "SET a 1"), "+OK|");
    assertEquals(await ask(server, "GET a"), "$1|1|"); // although no client was there meanwhile
    assertEquals([...Deno.readDirSync(TMPDIR)].length, 1);
    assertEquals((await server.stop()).code, 0);
    assertEquals([...Deno.readDirSync(TMPDIR)].length, 0);
  });
}

const SETS = 10_000;

/**
 * Sends SETs with keys of its own for as long as it is answered.
 *
 * @returns how many were
 */
async function setUntilTheEnd(
  server: Server,
  client: number,
  onAnswers: (count: number) => void,
): Promise<number> {
  using conn = await server.connect();
  const isAnswered = async () => {
    const buffer = new Uint8Array(16_384);
    let text = 0;
    for (let count; (count = await conn.read(buffer).catch(() => null)) !== null;) {
      text += count;
      onAnswers(Math.floor(count / 5));
    }
    return Math.floor(text / 5); // each is +OK and the end of its line
  };
  const answered = isAnswered();
  try {
    // Piece by piece: a server that has it all at once might answer all at once.
    for (let n = 0; n < SETS; n += 10) {
      const lines = Array.from({ length: 10 }, (_, i) => `SET ${client}-${n + i} ${n + i}\r\n`);
      await writeAll(conn, encode(lines.join("")));
    }
  } catch {
    // The server is gone.
  }
  return await answered;
}

const KILLED = MODELS.filter(({ name }) =>
  /^(select|thread|blocking|prefork|process|workers|reactors)\b/.test(name)
);

for (const { name, args, isSerial = false } of KILLED) {
  test(`${name} --handler kv: every SET that was answered is there after kill -9`, async () => {
    await using file = await databaseFile();
    await using server = await Server.start(
      [...args, "--quiet", "--handler", "kv", "--db", file.path],
    );
    let missing = SETS / 2;
    const onAnswers = (count: number) => {
      const isTime = missing > 0 && missing <= count;
      missing -= count;
      if (isTime) server.signal("SIGKILL");
    };
    const clients = isSerial ? [1] : [1, 2, 3, 4];
    const counts = await Promise.all(
      clients.map((client) => setUntilTheEnd(server, client, onAnswers)),
    );
    assertGreater(counts.reduce((sum, count) => sum + count), SETS / 2 - 1);
    const database = new DatabaseSync(file.path);
    const get = database.prepare("SELECT value FROM kv WHERE key = ?");
    counts.forEach((count, at) => {
      for (let n = 0; n < count; n++) {
        const value = get.get(encode(`${clients[at]}-${n}`))?.value;
        assert(value instanceof Uint8Array && decode(value) === String(n), `${n} of ${count}`);
      }
    });
    assertEquals(database.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
    database.close();
  }, { ignore: Deno.build.os === "windows" });
}

for (const { name, args } of MODELS.filter(({ name }) => /^(select|thread|prefork)/.test(name))) {
  test(`${name} --handler kv: redis-cli is a client`, async () => {
    await using file = await databaseFile();
    const flags = ["--quiet", "--handler", "kv", "--db", file.path];
    await using server = await Server.start([...args, ...flags]);
    const lines = [
      ...[
        "PING",
        "SET key 'two words'",
        "GET key",
        "INCR n",
        "MGET key n none",
        "KEYS *",
        "HELLO 2",
      ],
      ...["SELECT 0", "FOO", "DBSIZE"],
    ];
    const { code, output } = await runProgram(
      "redis-cli",
      ["-p", String(server.port), "--no-raw"],
      lines.join("\n"),
    );
    assertEquals(code, 0);
    assertMatch(
      output,
      /^PONG\nOK\n"two words"\n\(integer\) 1\n1\) "two words"\n2\) "1"\n3\) \(nil\)\n/,
    );
    assertMatch(output, /\n1\) "key"\n2\) "n"\n/);
    assertMatch(output, /OK\n\(error\) ERR unknown command 'FOO', .*\n\(integer\) 2\n$/s);
  }, { ignore: !hasProgram("redis-cli") });
}

test("a protocol error is told, and ends the connection", async () => {
  await using server = await Server.start(["select", "--quiet", "--handler", "kv"]);
  using conn = await server.connect();
  await writeAll(conn, encode("PING\r\n*1\r\nPING\r\n"));
  assertEquals(
    decode(await readToEnd(conn)),
    "+PONG\r\n-ERR Protocol error: expected '$', got 'P'\r\n",
  );
});

const REFUSED: [path: string, reason: RegExp][] = [
  ["/no/such/directory/kv.db", /^--db \/no\/such\/directory\/kv\.db: unable to open .*\n$/],
  ["README.md", /^--db README\.md: file is not a database; .*\n$/],
];

for (const [path, reason] of REFUSED) {
  test(`--db ${path} is refused before the server listens`, async () => {
    const args = ["serve", "select", "--port", "0", "--handler", "kv", "--db", path];
    const { code, stderr } = await run(args);
    assertEquals(code, 1);
    assertMatch(stderr, reason);
  });
}

test("--db has no effect without --handler kv", async () => {
  const { code, stderr } = await run(["serve", "select", "--db", "kv.db"]);
  assertEquals([code, stderr], [2, "--db has no effect without --handler kv\n"]);
});

for (const args of [["select"], ["blocking"], ["async"]]) {
  test(`${args[0]} --db :memory: is the same for all clients, and no file`, async () => {
    await withDirectory(async (directory) => {
      const flags = ["--quiet", "--handler", "kv", "--db", ":memory:"];
      const before = `cd ${directory}`;
      await using server = await Server.start([...args, ...flags], { before });
      assertEquals(await ask(server, "SET key value"), "+OK|");
      assertEquals(await ask(server, "GET key"), "$5|value|");
      assertEquals([...Deno.readDirSync(directory)], []);
      assertEquals((await server.stop()).code, 0);
    });
  }, { ignore: Deno.build.os === "windows" });
}

test("--db :memory: is refused where several threads or processes serve", async () => {
  for (const model of ["process", "prefork", "thread", "reuseport"]) {
    const { code, stderr } = await run([
      "serve",
      model,
      "--port",
      "0",
      "--handler",
      "kv",
      "--db",
      ":memory:",
    ]);
    assertEquals(code, 2);
    assertMatch(stderr, /^--db :memory: is in the memory of one thread, and .* name a file\n$/);
  }
}, { ignore: Deno.build.os !== "linux" });

test(
  "the file that nobody has named is removed: at the end, or after kill -9 by the next server",
  async () => {
    await withDirectory(async (directory) => {
      const names = () => [...Deno.readDirSync(directory)].map(({ name }) => name);
      const env = { TMPDIR: directory };
      const args = ["select", "--quiet", "--handler", "kv"];
      await using running = await Server.start(args, { env });
      const [used] = names();
      await using killed = await Server.start(args, { env });
      assertEquals(names().length, 2);
      killed.signal("SIGKILL");
      await killed.outcome();
      assertEquals(names().length, 2);
      await using next = await Server.start(args, { env });
      assertEquals(names().length, 2);
      assert(names().includes(used));
      for (const server of [running, next]) {
        assertEquals(await ask(server, "SET key value", "GET key"), "+OK|$5|value|");
        assertEquals((await server.stop()).code, 0);
      }
      assertEquals(names(), []);
    });
  },
  { ignore: Deno.build.os !== "linux" },
);
