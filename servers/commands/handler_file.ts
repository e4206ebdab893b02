import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { HANDLER_NAMES } from "../handlers/handlers.ts";

/** What Deno runs from source, and the compiled file cannot: nothing in it knows the language. */
const NEEDS_SOURCE = /\.([cm]?ts|[jt]sx)$/i;

/**
 * Looks whether a handler's file can be loaded, as far as that can be said without running it.
 *
 * @param handler the value of `--handler`; one of ours needs no file
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
    throw new RefusedError(missing(path)); // or it lies where we may not look
  }
}
