import { fileURLToPath } from "node:url";
import { V8_FLAGS_TO_FORK } from "../../../servers/system/fork.ts";

/**
 * What a script beside this file prints, as JSON, in a process of its own in which V8 is started to fork.
 *
 * @param name of the script
 * @param args for it
 */
export async function outputOf(name: string, ...args: readonly string[]) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", V8_FLAGS_TO_FORK, script, ...args],
  });
  const { stdout } = await command.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
