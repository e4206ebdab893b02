/**
 * What `--exec` takes for a program, and what it does with one.
 *
 * @module
 */

import { splitCommand } from "../../servers/commands/program.ts";
import { en } from "../../cli/messages/en/mod.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { assertEquals } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { exchange, readToEnd, writeAll } from "../harness/clients.ts";
import { assertOneLine } from "../harness/one_line.ts";
import { run, Server } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import "../harness/sanitizers.ts";

const ignore = Deno.build.os === "windows";
const KINDS = ["deno", ...(hasSystemCalls() ? ["libc"] : [])];

Deno.test("a command is split as a shell does, with quotes that hold words together", () => {
  const split = (command: string) => splitCommand("--exec", command, en);
  assertEquals(split(` tr 'a-z' "A Z"  x`), ["tr", "a-z", "A Z", "x"]);
  assertEquals(split(`--name="a b"'c d'e ''`), ["--name=a bc de", ""]);
});

const WRONG: readonly [exec: string, status: number, line: RegExp][] = [
  ["no-such-program", 1, /^--exec no-such-program: program not found/],
  ["/no/such/program", 1, /^--exec \/no\/such\/program: program not found/],
  ["cd", 1, /^--exec cd: program not found/], // the shell's own
  ["/", 1, /^--exec \/: this is not an executable file/],
  ["/dev/null", 1, /^--exec \/dev\/null: this is not an executable file/],
  ["/etc/passwd", 1, /^--exec \/etc\/passwd: this file is not executable/],
  ["sh -c 'cat", 2, /^--exec sh -c 'cat: a closing quote is missing/],
];

const WRONG_SCRIPTS: readonly [first: string, line: RegExp][] = [
  [
    "#!/bin/sh\r",
    /its first line names the interpreter "\/bin\/sh\\r", .* without carriage returns/,
  ],
  [
    "#! /no/such/interpreter -x",
    /names the interpreter "\/no\/such\/interpreter", .* name one that exists/,
  ],
  ["#!/etc/passwd", /names the interpreter "\/etc\/passwd", .*cannot be run/],
];

for (const kind of KINDS) {
  for (const [exec, status, line] of WRONG) {
    test(`--exec ${exec} on ${kind} is refused before it listens`, async () => {
      const args = ["process", "--sockets", kind, "--port", "0", "--exec", exec];
      assertOneLine(await run(["serve", ...args]), status, line);
    }, { ignore });
  }

  test(`process on ${kind} needs no shell in the PATH`, async () => {
    for (const exec of [[], ["--exec", "/bin/cat"]]) {
      const options = { env: { PATH: "/no/such/directory" } };
      await using server = await Server.start(["process", "--sockets", kind, ...exec], options);
      using conn = await server.connect();
      assertEquals(await exchange(conn, "served"), "served");
      conn.close();
      assertEquals((await server.stop()).code, 0);
    }
  }, { ignore });

  test(
    `a program of --exec on ${kind} has the variables of the user, and no arenas but theirs`,
    async () => {
      for (const arenas of ["", "4", "1"]) {
        const env: Record<string, string> = arenas === "" ? {} : { MALLOC_ARENA_MAX: arenas };
        const exec = ["--exec", `sh -c 'echo "$MALLOC_ARENA_MAX"'`];
        await using server = await Server.start(["process", "--sockets", kind, ...exec], { env });
        using conn = await server.connect();
        assertEquals(decode(await readToEnd(conn)), `${arenas}\n`);
      }
    },
    { ignore },
  );

  for (const [first, line] of WRONG_SCRIPTS) {
    test(
      `--exec on ${kind} of a script that begins with ${JSON.stringify(first)} is refused`,
      async () => {
        const script = await Deno.makeTempFile();
        try {
          await Deno.writeTextFile(script, `${first}\necho hello\n`);
          await Deno.chmod(script, 0o755);
          const args = ["process", "--sockets", kind, "--port", "0", "--exec", script];
          assertOneLine(await run(["serve", ...args]), 1, line);
        } finally {
          await Deno.remove(script);
        }
      },
      { ignore },
    );
  }

  test(`--exec on ${kind} runs a script whose interpreter has arguments`, async () => {
    const script = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(script, "#! \t/bin/sh -f\necho *\n");
      await Deno.chmod(script, 0o755);
      await using server = await Server.start(["process", "--sockets", kind, "--exec", script]);
      using conn = await server.connect();
      assertEquals(decode(await readToEnd(conn)), "*\n");
    } finally {
      await Deno.remove(script);
    }
  }, { ignore });

  test(`--exec on ${kind} runs a script that does not say by what`, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${directory}/script`, `read line\necho "$1 $line"\n`);
      await Deno.chmod(`${directory}/script`, 0o755);
      const exec = ["--exec", `${directory}/script 'you said'`];
      await using server = await Server.start(["process", "--sockets", kind, ...exec]);
      using conn = await server.connect();
      await writeAll(conn, encode("hello\n"));
      assertEquals(decode(await readToEnd(conn)), "you said hello\n");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }, { ignore });
}

for (const flags of [["--handler", "upper"], ["--sleep", "5"], ["--cpu", "5ms"]]) {
  test(`--exec with ${flags.join(" ")} is refused`, async () => {
    assertOneLine(
      await run(["serve", "process", "--exec", "cat", ...flags]),
      2,
      new RegExp(`^${flags[0]} has no effect with --exec; omit one of them$`, "m"),
    );
  });
}
