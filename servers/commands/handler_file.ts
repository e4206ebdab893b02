import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { HANDLER_NAMES } from "../handlers/handlers.ts";

/** TypeScript and JSX: Deno runs them from source, but the compiled file has no compiler. */
const NEEDS_SOURCE = /\.([cm]?ts|[jt]sx)$/i;

/**
 * Checks whether a handler file can be loaded, as far as possible without running it.
 *
 * @param handler the value of `--handler`; a built-in name needs no file
 * @param isCompiled whether this is the compiled executable
 * @throws {RefusedError} when it cannot
 */
export async function checkHandlerFile(
  handler: string,
  { serve }: Messages,
  isCompiled: boolean = Deno.build.standalone,
): Promise<void> {
  if (HANDLER_NAMES.includes(handler)) return;
  if (await isDirectory(handler, serve.handlerMissing)) {
    throw new RefusedError(serve.handlerIsDirectory(handler));
  }
  if (isCompiled && NEEDS_SOURCE.test(handler)) {
    throw new RefusedError(serve.handlerNeedsSource(handler));
  }
}

async function isDirectory(path: string, missing: (path: string) => string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    throw new RefusedError(missing(path)); // or it is in a directory that we may not read
  }
}
