import { makePageFile } from "../../../servers/watch/page_file.ts";
import type { RecordedRun } from "../../../servers/watch/recorded_run.ts";
import { headLine } from "../../../servers/watch/recording.ts";
import { assert, assertEquals, assertLess } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import "../../harness/sanitizers.ts";

/** A recording with a frame each second. */
async function recordingOf(frames: number): Promise<RecordedRun> {
  const run = new FakeRun();
  const line = { en: "</script><script>alert(1)</script>", zh: "</script>" };
  const lines = Array.from(
    { length: frames },
    (_, second) =>
      `${JSON.stringify(run.frame({ timeMs: 1_000_000 + second * 1_000, log: [line] }))}\n`,
  );
  return { lines: new Blob([headLine(await run.hello()), ...lines]), frames, leftOut: 0 };
}

/** The text of the script with this id. */
function scriptOf(html: string, id: string): string {
  return new RegExp(`<script [^>]*id="${id}">([^<]*)</script>`).exec(html)?.[1] ?? "none";
}

/** The recording in a file. */
async function unpack(html: string): Promise<string> {
  const bytes = Uint8Array.from(atob(scriptOf(html, "recording")), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

Deno.test("a page in a file holds the recording, and imports only what is in it", async () => {
  const recording = await recordingOf(30);
  const { html, cut } = await makePageFile(recording, "zh");
  const text = await html.text();
  assertEquals(cut, undefined);
  assertEquals(await unpack(text), await recording.lines.text());
  assertEquals(JSON.parse(scriptOf(text, "view")).language, "zh");
  const { imports } = JSON.parse(/<script type="importmap">(.*)<\/script>/.exec(text)?.[1] ?? "{}");
  for (const [name, address] of Object.entries<string>(imports)) {
    const bytes = Uint8Array.from(atob(address.split("base64,")[1]), (one) => one.charCodeAt(0));
    const code = new TextDecoder().decode(bytes);
    const wanted = [...code.matchAll(/^(?:import|export)\b[^;]*? from "([^"]+)";/gm)];
    for (const [, path] of wanted) assert(path in imports, `${name} imports ${path}`);
  }
  assertEquals([...text.matchAll(/(?:src|href)="(?!data:)[^"]*"/g)].map(([found]) => found), []);
});

Deno.test("of a recording that is too long, the file holds the beginning, and says so", async () => {
  const recording = await recordingOf(1_000);
  const maxBytes = 100_000;
  const { html, cut } = await makePageFile(recording, "en", maxBytes);
  const text = await html.text();
  const lines = (await unpack(text)).trimEnd().split("\n");
  assertLess(lines.join("\n").length, maxBytes);
  assertEquals(cut, { shownSeconds: lines.length - 2, allSeconds: 999 });
  assertEquals(JSON.parse(scriptOf(text, "view")).cut, cut);
});
