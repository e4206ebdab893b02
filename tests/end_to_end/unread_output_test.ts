/**
 * Standard output that is full and that nobody reads, on servers.
 *
 * @module
 */

import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import { freePort } from "../../clients/target/listening_ports.ts";
import { assertEquals, assertMatch } from "../harness/assert.ts";
import { decode, encode } from "../harness/bytes.ts";
import { spawn } from "../harness/playground.ts";
import { test } from "../harness/test.ts";
import "../harness/sanitizers.ts";

/** As much as a pipe holds, pipe(7). */
const PIPE_BYTES = 65_536;

/** A named pipe that is open and full. Dispose of it, and it is gone. */
class FullPipe implements AsyncDisposable {
  readonly #directory: string;
  readonly #file: Deno.FsFile;

  private constructor(directory: string, file: Deno.FsFile) {
    this.#directory = directory;
    this.#file = file;
  }

  static async create(): Promise<FullPipe> {
    const directory = await Deno.makeTempDir();
    await new Deno.Command("mkfifo", { args: [`${directory}/pipe`] }).output();
    // Open for both, which neither waits for anybody nor ends, fifo(7).
    const file = await Deno.open(`${directory}/pipe`, { read: true, write: true });
    for (let sent = 0; sent < PIPE_BYTES;) sent += await file.write(new Uint8Array(PIPE_BYTES));
    return new FullPipe(directory, file);
  }

  /** What a shell does to write into it. */
  get redirection(): string {
    return `exec >"${this.#directory}/pipe"`;
  }

  /** Reads until what was read ends as `end` says. @returns what was printed into the pipe */
  async readUntil(end: RegExp): Promise<string> {
    let text = "";
    const buffer = new Uint8Array(PIPE_BYTES);
    while (!end.test(text)) {
      const count = await this.#file.read(buffer) ?? 0;
      text += decode(buffer.subarray(0, count)).replaceAll("\0", "");
    }
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#file.close();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Connects as soon as somebody listens. */
async function connect(port: number): Promise<Deno.TcpConn> {
  for (;;) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
}

async function exchangeOnce(port: number): Promise<void> {
  using conn = await connect(port);
  await conn.write(encode("once"));
  assertEquals(await conn.read(new Uint8Array(16)), 4);
}

const CASES = [
  ["select", "deno"],
  ["select", "libc"],
  ["thread", "libc"],
  ["process", "libc"],
].filter(([, kind]) => kind === "deno" ? Deno.build.os !== "windows" : hasSystemCalls());

for (const [model, kind] of CASES) {
  test(`${model} on ${kind}: nobody reads standard output, and it serves and stops`, async () => {
    await using pipe = await FullPipe.create();
    const port = freePort();
    const child = spawn(
      ["serve", model, "--sockets", kind, "--verbose", "--port", String(port)],
      { before: pipe.redirection },
    );
    await exchangeOnce(port);
    await exchangeOnce(port);
    child.kill("SIGINT");
    await child.stdin.close();
    const { code, stderr } = await child.output();
    assertEquals(code, 0);
    assertMatch(decode(stderr), /^nobody read the last [\d,]+ lines$/m);
  });
}

test("what was printed while nobody read is there when somebody reads", async () => {
  await using pipe = await FullPipe.create();
  const port = freePort();
  const child = spawn(["serve", "select", "--port", String(port)], { before: pipe.redirection });
  await exchangeOnce(port);
  assertMatch(
    await pipe.readUntil(/closed the connection\n/),
    /^listening on .*\n(waiting.*\n)?accepted .*\nreceived from .*\n(.*\n)*.* closed the connection\n/,
  );
  child.kill("SIGINT");
  await child.stdin.close();
  const { code, stderr } = await child.output();
  assertEquals([code, decode(stderr)], [0, ""]);
  assertMatch(await pipe.readUntil(/sent\n$/), /stopped after .*: 1 client served/);
}, { ignore: Deno.build.os === "windows" });
