import { fileURLToPath } from "node:url";
import { commandFromSource, PERMISSIONS } from "../../../servers/system/self_exec.ts";
import { assertEquals, assertMatch } from "../../harness/assert.ts";
import { decode } from "../../harness/bytes.ts";

/** Deno reads a module that a program loads while it runs only with the permission to. */
const CLIENTS = fileURLToPath(new URL("../../../clients/", import.meta.url));
const WITHOUT_CLIENTS = [...PERMISSIONS, `--deny-read=${CLIENTS}`];

Deno.test("from source, a command loads its own modules when it runs, and not those of others", async () => {
  const outcomes = ["models", "flood"].map(async (command) => {
    const [program, args] = commandFromSource([command, "--help"], WITHOUT_CLIENTS);
    return await new Deno.Command(program, { args }).output();
  });
  const [models, flood] = await Promise.all(outcomes);
  assertEquals(models.code, 0, decode(models.stderr));
  assertMatch(decode(flood.stderr), /Requires read access to "[^"]*clients[^"]*flood/);
});
