/**
 * Where downloads are written: nothing of others is touched, whatever lies in the way.
 *
 * @module
 */

import { Part } from "../../../clients/download/part.ts";
import { DownloadError } from "../../../clients/download/reasons.ts";
import { assertEquals, assertRejects } from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { namesIn, testInDirectory } from "../../harness/downloads.ts";
import "../../harness/sanitizers.ts";

const URL_HERE = "http://here/file";
const isLinux = Deno.build.os === "linux";
const isWindows = Deno.build.os === "windows";

/** Downloads `text` to `path`. */
async function save(path: string, text: string, force = false): Promise<void> {
  await using part = await Part.open(path, URL_HERE, force);
  await part.restart({ sizeBytes: text.length });
  await part.write(encode(text));
  await part.complete();
}

async function assertRefused(kind: string, work: Promise<unknown>): Promise<void> {
  const { reason } = await assertRejects(() => work, DownloadError);
  assertEquals(reason.kind, kind);
}

testInDirectory("nothing is left beside a complete file", async (directory) => {
  await save(`${directory}/file`, "new");
  assertEquals(namesIn(directory), ["file"]);
  assertEquals(await Deno.readTextFile(`${directory}/file`), "new");
});

testInDirectory("a file that is there is replaced by force only", async (directory) => {
  const path = `${directory}/file`;
  await Deno.writeTextFile(path, "old");
  await assertRefused("exists", save(path, "new"));
  assertEquals([namesIn(directory), await Deno.readTextFile(path)], [["file"], "old"]);
  await save(path, "new", true);
  assertEquals([namesIn(directory), await Deno.readTextFile(path)], [["file"], "new"]);
});

testInDirectory("a file that is to be replaced is there until the end", async (directory) => {
  const path = `${directory}/file`;
  await Deno.writeTextFile(path, "old");
  await using part = await Part.open(path, URL_HERE, true);
  await part.restart({});
  await part.write(encode("new"));
  assertEquals(await Deno.readTextFile(path), "old");
});

testInDirectory("a directory is not replaced, even by force", async (directory) => {
  await Deno.mkdir(`${directory}/file`);
  for (const force of [false, true]) {
    await assertRefused("directory", save(`${directory}/file`, "new", force));
  }
  assertEquals(namesIn(directory), ["file"]);
});

testInDirectory(
  "a file that comes to be there meanwhile stays, and so does the part",
  async (directory) => {
    const path = `${directory}/file`;
    await using part = await Part.open(path, URL_HERE, false);
    await part.restart({ sizeBytes: 3, validator: '"v1"' });
    await part.write(encode("new"));
    await Deno.writeTextFile(path, "old");
    await assertRefused("exists", part.complete());
    await part[Symbol.asyncDispose]();
    assertEquals(await Deno.readTextFile(path), "old");
    assertEquals(namesIn(directory), ["file", "file.part", "file.part.json"]);
  },
);

testInDirectory("a part of another URL is replaced by force only", async (directory) => {
  const path = `${directory}/file`;
  await Deno.writeTextFile(`${path}.part`, "half");
  await Deno.writeTextFile(`${path}.part.json`, '{"url":"http://elsewhere/file"}');
  await assertRefused("foreign-part", save(path, "new"));
  assertEquals(await Deno.readTextFile(`${path}.part`), "half");
  await save(path, "new", true);
  assertEquals(namesIn(directory), ["file"]);
});

for (const ending of [".part", ".part.json"]) {
  testInDirectory(
    `a file of others at NAME${ending} is replaced by force only`,
    async (directory) => {
      const path = `${directory}/file`;
      await Deno.writeTextFile(path + ending, "mine");
      await assertRefused("foreign-part", save(path, "new"));
      assertEquals(namesIn(directory), [`file${ending}`]);
      assertEquals(await Deno.readTextFile(path + ending), "mine");
      await save(path, "new", true);
      assertEquals(namesIn(directory), ["file"]);
    },
  );
}

for (const ending of ["", ".part", ".part.json"]) {
  for (const existing of [true, false]) {
    const to = existing ? "a file" : "nothing";
    testInDirectory(`a link at NAME${ending} to ${to} is not followed`, async (directory) => {
      const outside = await Deno.makeTempDir();
      try {
        const path = `${directory}/file`;
        const target = `${outside}/target`;
        if (existing) await Deno.writeTextFile(target, "outside");
        await Deno.symlink(target, path + ending);
        await assertRefused(ending === "" ? "exists" : "foreign-part", save(path, "new"));
        await save(path, "new", true);
        assertEquals(namesIn(directory), ["file"]);
        assertEquals((await Deno.lstat(path)).isFile, true);
        assertEquals(namesIn(outside), existing ? ["target"] : []);
        if (existing) assertEquals(await Deno.readTextFile(target), "outside");
      } finally {
        await Deno.remove(outside, { recursive: true });
      }
    }, { ignore: isWindows });
  }
}

testInDirectory("what is at work on a part is alone with it", async (directory) => {
  const path = `${directory}/file`;
  {
    await using part = await Part.open(path, URL_HERE, false);
    await part.restart({ sizeBytes: 6, validator: '"v1"' });
    await part.write(encode("new"));
    await Promise.all([
      assertRefused("busy", Part.open(path, URL_HERE, false)),
      assertRefused("busy", Part.open(path, "http://elsewhere/file", true)),
    ]);
  }
  // Those that gave up still wait in the system for the lock, and let go of the file once they have it.
  while (isLinux && countOpen(`${path}.part`) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await using again = await Part.open(path, URL_HERE, false);
  assertEquals(again.resumption, { offsetBytes: 3, sizeBytes: 6, validator: '"v1"' });
});

testInDirectory(
  "who has waited for a part that is complete by now has nothing",
  async (directory) => {
    const path = `${directory}/file`;
    const first = await Part.open(path, URL_HERE, false);
    const waiting = assertRefused("busy", Part.open(path, URL_HERE, false));
    while (countOpen(`${path}.part`) < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    await first.complete();
    await Deno.remove(path);
    await using _ = await Part.open(path, URL_HERE, false); // its part has the same name
    await first[Symbol.asyncDispose]();
    await waiting;
  },
  { ignore: !isLinux },
);

/**
 * How many descriptors of this process are of the file, proc(5). Tests of other modules run in the same
 * process, and have files of the same name elsewhere.
 */
function countOpen(path: string): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      return false; // the descriptor with which the directory itself was read
    }
  }).length;
}

testInDirectory(
  "a part that a crash has left without its record is not taken",
  async (directory) => {
    const path = `${directory}/file`;
    await Deno.writeTextFile(`${path}.part`, "");
    await save(path, "new"); // one without bytes holds nothing that could be lost
    assertEquals(namesIn(directory), ["file"]);
  },
);

testInDirectory(
  "a part that a crash has left, and nothing can go on with, is replaced",
  async (directory) => {
    const path = `${directory}/file`;
    await Deno.writeTextFile(`${path}.part`, "half");
    await Deno.writeTextFile(`${path}.part.json`, JSON.stringify({ url: URL_HERE }));
    await save(path, "new");
    assertEquals([namesIn(directory), await Deno.readTextFile(path)], [["file"], "new"]);
  },
);
