import { RefusedError } from "../../../cli/errors.ts";
import { en } from "../../../cli/messages/en/mod.ts";
import { zh } from "../../../cli/messages/zh/mod.ts";
import { checkHandlerFile } from "../../../servers/commands/handler_file.ts";
import { assertEquals, assertRejects } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

for (const messages of [en, zh]) {
  const { handlerMissing, handlerIsDirectory, handlerNeedsSource } = messages.serve;

  const complaint = async (path: string, isCompiled: boolean) => {
    const check = () => checkHandlerFile(path, messages, isCompiled);
    return (await assertRejects(check, RefusedError)).message;
  };

  Deno.test(`a handler's file that cannot be loaded is refused in a line: ${messages === en ? "en" : "zh"}`, async () => {
    const dir = await Deno.makeTempDir();
    try {
      for (const isCompiled of [false, true]) {
        assertEquals(
          await complaint(`${dir}/none.js`, isCompiled),
          handlerMissing(`${dir}/none.js`),
        );
        assertEquals(await complaint(dir, isCompiled), handlerIsDirectory(dir));
      }
      for (const name of ["a.ts", "a.mts", "a.cts", "a.tsx", "a.jsx", "A.TS"]) {
        const path = `${dir}/${name}`;
        await Deno.writeTextFile(path, "let a: number;");
        assertEquals(await complaint(path, true), handlerNeedsSource(path));
        await checkHandlerFile(path, messages, false);
      }
      await Deno.writeTextFile(`${dir}/a.mjs`, "");
      for (const handler of [`${dir}/a.mjs`, "echo"]) {
        await checkHandlerFile(handler, messages, true);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}
