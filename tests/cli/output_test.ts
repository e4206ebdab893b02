import { Output } from "../../cli/output.ts";
import { assertEquals } from "../harness/assert.ts";
import { decode } from "../harness/bytes.ts";
import { test } from "../harness/test.ts";
import "../harness/sanitizers.ts";

/** A stream whose reader takes something only when it is told to. */
class SlowStream {
  text = "";
  readonly #began = Promise.withResolvers<void>();
  #take: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  async write(bytes: Uint8Array): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#take = resolve;
      this.#fail = reject;
      this.#began.resolve();
    });
    this.text += decode(bytes);
    return bytes.length;
  }

  /** Takes all that is written until nothing is any more. */
  async readAll(output: Output): Promise<void> {
    while (!output.isWritten) {
      this.#take();
      await Promise.resolve();
    }
  }

  async leave(): Promise<void> {
    await this.#began.promise;
    this.#fail(new Deno.errors.BrokenPipe("nobody reads"));
  }
}

const describeDropped = (count: number) => `${count} dropped`;
const LONG_LINE = "x".repeat(99_999);

/** Offers long lines, numbered, of which not all can wait. */
function offerMany(output: Output): void {
  for (let i = 1; i <= 50; i++) output.offer(`${i} ${LONG_LINE}`, describeDropped);
}

function firstWords(text: string): string[] {
  return text.trimEnd().split("\n").map((line) => line.replace(` ${LONG_LINE}`, ""));
}

test("lines that are offered to nobody are dropped, and it is said how many", async () => {
  const stream = new SlowStream();
  const output = new Output(stream);
  offerMany(output);
  output.print("a result");
  output.offer("last", describeDropped);
  await stream.readAll(output);
  const kept = Array.from({ length: 11 }, (_, index) => String(index + 1));
  assertEquals(firstWords(stream.text), [...kept, "39 dropped", "a result", "1 dropped"]);
});

test("it is said how many lines were dropped when there is nothing else to say", async () => {
  const stream = new SlowStream();
  const output = new Output(stream);
  offerMany(output);
  await stream.readAll(output);
  output.offer("later", describeDropped);
  await stream.readAll(output);
  assertEquals(firstWords(stream.text).slice(-2), ["39 dropped", "later"]);
});

test("a line that stands for others counts as those when it is dropped", async () => {
  const stream = new SlowStream();
  const output = new Output(stream);
  offerMany(output);
  output.offer("7 more", describeDropped, 7);
  await stream.readAll(output);
  assertEquals(firstWords(stream.text).at(-1), "46 dropped");
});

test("whole lines are written, no more than a pipe takes as one", async () => {
  const chunks: string[] = [];
  const output = new Output({
    write(bytes: Uint8Array) {
      chunks.push(decode(bytes));
      return Promise.resolve(bytes.length);
    },
  });
  for (let i = 0; i < 1_000; i++) output.print("x".repeat(i % 200));
  await output.written();
  assertEquals(chunks.every((chunk) => chunk.endsWith("\n") && chunk.length <= 4_096), true);
});

test("a slow reader of what is stopped has what was printed, and learns what was not", async () => {
  let text = "";
  const output = new Output({
    async write(bytes: Uint8Array) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      text += decode(bytes);
      return bytes.length;
    },
  });
  for (let i = 0; i < 100; i++) output.offer("x".repeat(5_000), describeDropped);
  output.print("a result");
  assertEquals(await output.writtenWithin(1_000), 0);
  const words = text.trimEnd().split("\n");
  assertEquals(words.at(-1), "a result");
  const dropped = Number(/^(\d+) dropped$/.exec(words.at(-2) ?? "")?.[1]);
  assertEquals(words.length - 2 + dropped, 100);
});

test("who does not wait for the reader learns how many lines were not written", async () => {
  const output = new Output(new SlowStream());
  offerMany(output);
  output.print("a result");
  assertEquals(await output.writtenWithin(1), 51);
  assertEquals(output.isWritten, true);
});

test("output that is lost says why, takes no more, and is waited for no more", async () => {
  const stream = new SlowStream();
  const output = new Output(stream);
  output.print("one");
  const failed = new Promise<Error>((resolve) => output.onFailed = resolve);
  await stream.leave();
  assertEquals((await failed).message, "nobody reads");
  output.print("two");
  await output.written();
  assertEquals([output.error?.message, stream.text], ["nobody reads", ""]);
});

test("on one terminal, what is printed on both outputs appears in order", async () => {
  let text = "";
  const stream = {
    async write(bytes: Uint8Array) {
      const isSlow = decode(bytes).startsWith("out");
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 20));
      text += decode(bytes);
      return bytes.length;
    },
  };
  const [out, err] = [new Output(stream), new Output(stream)];
  out.shareFileWith(err);
  const lines = ["out 1", "err 2", "err 3", "out 4", "err 5", "out 6"];
  for (const line of lines) (line.startsWith("out") ? out : err).print(line);
  await out.written();
  await err.written();
  assertEquals(text, lines.map((line) => `${line}\n`).join(""));
});

test("in one pipe, what is printed on both outputs appears in order", async () => {
  const url = new URL("../../cli/output.ts", import.meta.url);
  const code = `
    import { standardError, standardOutput } from ${JSON.stringify(url.href)};
    for (let i = 0; i < 1_000; i++) (i % 3 < 2 ? standardOutput : standardError).print(String(i));
    await standardOutput.written();
    await standardError.written();`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", '"$0" eval "$1" 2>&1', Deno.execPath(), code],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(decode(stdout), Array.from({ length: 1_000 }, (_, i) => `${i}\n`).join(""));
}, { ignore: Deno.build.os === "windows" });
