/**
 * What the executable says to people, and with which exit status.
 *
 * @module
 */

import stringWidth from "string-width";
import {
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../harness/assert.ts";
import { encode } from "../harness/bytes.ts";
import { run, type RunOptions, runWithoutReader, Server } from "../harness/playground.ts";
import { interrupted } from "../harness/interrupted.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { freePort } from "../../clients/target/listening_ports.ts";
import { test } from "../harness/test.ts";
import { MODEL_NAMES } from "../../servers/registry.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { NAMES } from "./models.ts";

const WRONG: readonly [typed: string[], line: RegExp][] = [
  [["serv"], /unknown command serv; did you mean serve\?/],
  [["--verison"], /unknown flag --verison/],
  [["serve", "selct"], /unknown model selct; did you mean select\?/],
  [["explain", "epol"], /unknown model epol; did you mean epoll\?/],
  [["serve"], /missing argument; usage: playground serve <model> .*blocking, process, thread/],
  [["serve", "select", "more"], /unexpected argument more/],
  [["serve", "select", "--prot", "1"], /unknown flag --prot; did you mean --port\?/],
  [["serve", "select", "--port", "65536"], /--port 65536: .*from 0 to 65535/],
  [["serve", "select", "--port=x"], /--port x: .*from 0 to 65535/],
  [["serve", "select", "--port"], /--port needs a value/],
  [["serve", "select", "--sleep", "soon"], /--sleep soon: .*500ms/],
  [["serve", "epoll", "--trigger", "edgy"], /--trigger edgy: .*did you mean edge\?/],
  [["serve", "select", "--trigger", "edge"], /--trigger has no effect with select.*epoll/],
  [["serve", "poll", "--oneshot"], /--oneshot has no effect with poll.*epoll/],
  [["serve", "select", "--spare", "2"], /--spare has no effect with select.*thread and process/],
  [["serve", "select", "--handler", "eco"], /--handler eco: .*did you mean echo\?/],
  [["serve", "select", "--quiet", "--verbose"], /cannot be used together/],
  [["serve", "select", "--watch", "99999"], /--watch 99999: .*from 0 to 65535/],
  [["flood", "--conns", "0"], /--conns 0: .*whole number/],
  [["flood", "--size", "5", "--message", "x"], /cannot be used together/],
  [["connect", "no where"], /no where: an address looks like/],
  [["connect", "localhost:99999"], /localhost:99999: an address looks like/],
  [["connect", "::1:9000"], /did you mean \[::1:9000\]:7788 or \[::1\]:9000\?/],
  [["connect", "-v"], /unknown flag -v/],
  [["explain", "select", "--json"], /unknown flag --json/],
  [["explain", "foo"], /^unknown model foo \(playground models lists them\)$/m],
  [["explain"], /missing argument; usage: playground explain <model> .*blocking, process/],
  [["lab", "scan"], /unknown experiment scan; did you mean scan-cost\?/],
  [["help", "sreve"], /unknown command sreve; did you mean serve\?/],
  [["download"], /missing argument; usage: playground download <url>/],
  [["download", "localhost:8000/a"], /localhost:8000\/a: .* URL that begins with http:\/\//],
  [["download", "ftp://host/a"], /ftp:\/\/host\/a: .* URL that begins with http:\/\//],
  [["download", "nowhere"], /nowhere: .* URL that begins with http:\/\//],
  [["download", "--force", "http://host/"], /--force has no effect without --dir/],
  [["download", "--jobs", "0", "http://host/"], /--jobs 0: .*from 1 to 256/],
  [["models", "--lang", "fr"], /--lang fr: .*en or zh/],
];

for (const [typed, line] of WRONG) {
  test(`playground ${typed.join(" ")}: one line and exit status 2`, async () => {
    assertOneLine(await run(typed), 2, line);
  });
}

for (const sockets of hasSystemCalls() ? ["deno", "libc"] : ["deno"]) {
  const serve = ["serve", "select", "--sockets", sockets];

  test(`${sockets} sockets: a port in use gets one line and exit status 1`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const outcome = await run([...serve, "--port", String(listener.addr.port)]);
    assertOneLine(outcome, 1, /^127\.0\.0\.1:\d+ is in use.*--port/);
  });

  test(`${sockets} sockets: a host that does not exist gets one line and exit status 1`, async () => {
    const outcome = await run([...serve, "--port", "0", "--host", "no-such-host.invalid"]);
    assertOneLine(outcome, 1, /^--host no-such-host\.invalid: no such host$/m);
  });

  test(`${sockets} sockets: an address of another machine gets one line and exit status 1`, async () => {
    const outcome = await run([...serve, "--port", "0", "--host", "192.0.2.1"]);
    assertOneLine(outcome, 1, /^--host 192\.0\.2\.1: this machine does not have that address$/m);
  });

  test(`${sockets} sockets: a privileged port gets one line and exit status 1`, async () => {
    // Root may, unless the capability is taken away, capabilities(7).
    const drop: RunOptions = Deno.uid() === 0
      ? { wrapper: ["setpriv", "--inh-caps=-net_bind_service", "--bounding-set=-net_bind_service"] }
      : {};
    const outcome = await run([...serve, "--port", "80"], drop);
    assertOneLine(
      outcome,
      1,
      /^127\.0\.0\.1:80: you lack the privilege for ports below 1024.*--port$/m,
    );
    const view = await run([...serve, "--port", "0", "--watch", "80"], drop);
    assertOneLine(view, 1, /^--watch 80: you lack the privilege for ports below 1024/);
  }, { ignore: Deno.build.os !== "linux" });
}

test("a port for --watch that is in use is refused before the server listens", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const outcome = await run(["serve", "select", "--port", "0", "--watch", String(port)]);
  assertOneLine(outcome, 1, new RegExp(`^--watch ${port}: the port is in use; choose another`));
});

test("the server's own port for --watch is refused before the server listens", async () => {
  const port = String(freePort());
  const args = ["serve", "select", "--port", port, "--watch", port];
  assertOneLine(await run(args), 1, new RegExp(`^--watch ${port}: the port is in use`));
});

test("a program for --exec that does not exist gets one line and exit status 1", async () => {
  const outcome = await run(["serve", "process", "--port", "0", "--exec", "no-such-program"]);
  assertOneLine(outcome, 1, /^--exec no-such-program: /);
});

test("a handler's file that does not exist or is no handler gets one line", async () => {
  const missing = await run(["serve", "select", "--port", "0", "--handler", "./no-such-file.js"]);
  assertOneLine(missing, 1, /^--handler \.\/no-such-file\.js: /);
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(file, "export default 42;");
    const wrong = await run(["serve", "select", "--port", "0", "--handler", file]);
    assertOneLine(wrong, 1, /it has no default function export/);
  } finally {
    await Deno.remove(file);
  }
});

test("a recording that cannot be written is refused before the server listens", async () => {
  const outcome = await run(["serve", "select", "--port", "0", "--record", "/nowhere/run.jsonl"]);
  assertOneLine(outcome, 1, /^--record \/nowhere\/run\.jsonl: no such file or directory$/m);
});

test("--help explains each command, and every language is complete", async () => {
  for (const language of ["en", "zh"]) {
    for (const command of ["", "models", "explain", "serve", "flood", "connect", "download"]) {
      const typed = [...(command === "" ? [] : [command]), "--help", "--lang", language];
      const { code, stdout, stderr } = await run(typed);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, "playground");
      assertNotMatch(stdout, /undefined|\[object/);
      if (language === "zh") assertMatch(stdout, /\p{Script=Han}/u);
    }
  }
});

test("--version names the version of the project", async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals((await run(["--version"])).stdout, `playground ${version}\n`);
});

test("the language comes from LC_ALL, then LC_MESSAGES, then LANG", async () => {
  const chinese = { LC_ALL: "", LC_MESSAGES: "zh_CN.UTF-8", LANG: "en_US.UTF-8" };
  assertMatch((await run(["serv"], { env: chinese })).stderr, /\p{Script=Han}/u);
  const english = { LC_ALL: "en_US.UTF-8", LANG: "zh_CN.UTF-8" };
  assertMatch((await run(["serv"], { env: english })).stderr, /unknown command/);
});

test("models lists every model, and as JSON too", async () => {
  const { stdout } = await run(["models"]);
  const rows = JSON.parse((await run(["models", "--json"])).stdout);
  assertEquals(rows.map(({ name }: { name: string }) => name), MODEL_NAMES);
  assertEquals<readonly string[]>(NAMES, MODEL_NAMES, "all of them are tested");
  for (const { name, strength, limit } of rows) {
    const text = stdout.replace(/\s+/g, " ");
    for (const part of [name, strength, limit]) assertStringIncludes(text, part);
    assertEquals(stdout.includes("\x1b"), false, "colors are for terminals only");
    const page = (await run(["explain", name])).stdout;
    assertStringIncludes(page, `playground serve ${name}`);
  }
});

test("models fits into 80 columns, in both languages", async () => {
  for (const language of ["en", "zh"]) {
    const { stdout } = await run(["models", "--lang", language]);
    assertEquals(stdout.split("\n").filter((line) => stringWidth(line) > 80), []);
  }
});

test("the log says what the servers of the textbook say", async () => {
  const log = await logOf(["select"], async (port) => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(encode("hi\x1b[2J\n"));
    await conn.read(new Uint8Array(16));
    await conn.closeWrite();
    await conn.read(new Uint8Array(16)); // the server's end: it has noticed ours
    conn.close();
  });
  const address = "127\\.0\\.0\\.1:\\d+";
  assertMatch(
    log,
    new RegExp(
      `^listening on ${address} \\(select, deno sockets, pid \\d+\\)\nwaiting for a client\n` +
        `accepted ${address}\nreceived from ${address}: "hi\\\\u001b\\[2J\\\\n" \\(7 bytes\\)\n` +
        `${address} closed the connection\n(waiting for a client\n)?stopped after .*: 1 client served, 7 B`,
    ),
  );
});

test("under load the log says how many are connected, come and leave, and how much they say", async () => {
  await using server = await Server.start(["async"], {}, "text");
  const areConnected = async () => {
    for (let count = 1;; count++) {
      const { line } = await server.event("line", count);
      if (String(line).startsWith("50 connected, ")) return;
    }
  };
  const args = ["--port", String(server.port), "--conns", "50", "--duration", "0"];
  const flood = await interrupted(["flood", ...args], areConnected());
  assertEquals(flood.code, 0, flood.stderr);
  const { stdout: log } = await server.stop();
  assertMatch(log, /\n50 connected, [\d,]+ messages\/s/);
  const sum = (what: string) =>
    [...log.matchAll(new RegExp(`(\\d+) ${what}$`, "gm"))].reduce(
      (all, [, n]) => all + Number(n),
      0,
    );
  assertEquals([sum("joined") > 0, sum("left")], [true, 50]);
  // At most 20 lines, all of them in the first second.
  assertEquals(log.split("\n").filter((line) => line.startsWith("received")).length <= 20, true);
});

test("--quiet prints where it listens and what it did, and --verbose also what it sends", async () => {
  const quiet = await logOf(["select", "--quiet"], exchangeOnce);
  assertMatch(quiet, /^listening on .*\nstopped after .*\n$/);
  assertMatch(await logOf(["select", "--verbose"], exchangeOnce), /\nsent to .*: 4 bytes\n/);
});

async function exchangeOnce(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(encode("once"));
  await conn.read(new Uint8Array(16));
}

/** What a server prints for people while `work` is done with it. */
async function logOf(args: string[], work: (port: number) => Promise<void>): Promise<string> {
  await using server = await Server.start(args, {}, "text");
  await work(server.port);
  return (await server.stop()).stdout;
}

for (const args of [["models"], ["explain", "epoll"]]) {
  test(`${args.join(" ")}: output that nobody reads is no stack trace`, async () => {
    assertEquals(await runWithoutReader(args), { code: 0, stdout: "", stderr: "" });
  }, { ignore: Deno.build.os === "windows" });
}
