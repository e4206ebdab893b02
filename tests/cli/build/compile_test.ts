import { whyBaseIsUnreachable } from "../../../cli/build/compile.ts";
import { extractBase } from "../../../cli/build/denort.ts";
import { LAZY, PERMISSIONS } from "../../../servers/system/self_exec.ts";
import { assertEquals, assertThrows } from "../../harness/assert.ts";

Deno.test("extractBase() refuses a base with another digest than the published one", () => {
  const error = assertThrows(
    () => extractBase(new Uint8Array(1_000)),
    Error,
    "wrong SHA-256 digest",
  );
  assertEquals(error.message.includes("\n"), false);
});

Deno.test("whyBaseIsUnreachable() tells a failed download from any other failure", () => {
  const download = "Setting up base binary.\nerror: error sending request for url " +
    "(https://example.com/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip): dns error";
  assertEquals(whyBaseIsUnreachable(download), "dns error");
  assertEquals(whyBaseIsUnreachable('error: Module not found "file:///main.ts".'), undefined);
});

Deno.test("no address of a package host stands in the lock file", async () => {
  const lock = await Deno.readTextFile(new URL("../../../deno.lock", import.meta.url));
  assertEquals(/https?:/.test(lock), false);
});

Deno.test("the task playground may do what the compiled file may, and no more", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  );
  assertEquals(tasks.playground.command, `deno run ${LAZY} ${PERMISSIONS.join(" ")} main.ts`);
});
