/**
 * A handler that computes for as long as a test wants it to.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { encode } from "./bytes.ts";
import { writeAll } from "./clients.ts";

/**
 * It says `hold` to be computed for, until the file is there; `break` has the code throw from a timer,
 * which no client can be blamed for; the rest is an echo.
 */
const SOURCE = `
  import { existsSync, writeFileSync } from "node:fs";
  export default () => ({
    receive(chunk) {
      const text = new TextDecoder().decode(chunk);
      if (text.startsWith("hold")) {
        writeFileSync(import.meta.filename + ".begun", "");
        while (!existsSync(import.meta.filename + ".released"));
      }
      if (text === "break") setTimeout(() => { throw new Error("broken on purpose"); });
      return chunk;
    },
  });`;

/** The handler's file, and the way to tell it. Dispose of it, and nothing is left. */
export class ComputingHandler implements AsyncDisposable {
  private constructor(private readonly directory: string) {}

  static async make(): Promise<ComputingHandler> {
    const handler = new ComputingHandler(await Deno.makeTempDir());
    await Deno.writeTextFile(handler.path, SOURCE);
    return handler;
  }

  get path(): string {
    return `${this.directory}/handler.mjs`;
  }

  /** Has the handler compute for `conn`, and resolves when it does. */
  async hold(conn: Deno.TcpConn): Promise<void> {
    await writeAll(conn, encode("hold"));
    for (;;) {
      const [begun] = await Promise.allSettled([Deno.stat(`${this.path}.begun`)]);
      if (begun.status === "fulfilled") return;
      await delay(5);
    }
  }

  /** It has computed enough. */
  async release(): Promise<void> {
    await Deno.writeTextFile(`${this.path}.released`, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release(); // or it would compute for ever
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** How long nothing more is taken until it counts as never. */
const STALLED_MS = 500;

/**
 * Sends until the server takes no more.
 *
 * @throws {Error} when it takes all of `sizeBytes`
 */
export async function sendUntilStalled(conn: Deno.TcpConn, sizeBytes: number): Promise<void> {
  const chunk = new Uint8Array(65_536);
  for (let sent = 0; sent < sizeBytes;) {
    const writing = conn.write(chunk);
    writing.catch(() => {}); // closing the connection ends it
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stalled = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), STALLED_MS);
    });
    const count = await Promise.race([writing, stalled]);
    clearTimeout(timer);
    if (count === undefined) return;
    sent += count;
  }
  throw new Error("the server took it all");
}
