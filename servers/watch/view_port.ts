import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import { messageOf } from "../sockets/thrown.ts";

/** Where views are found when nobody says otherwise. */
export const VIEW_PORT = 7780;
/** Who may look at a view: whoever is on this machine. */
const VIEW_HOST = "127.0.0.1";

/**
 * Looks whether a view can be shown at a port, before the server that it is of says that it listens.
 *
 * @throws {RefusedError} when it cannot
 */
export function checkViewPort(port: number, { serve }: Messages): void {
  try {
    Deno.listen({ hostname: VIEW_HOST, port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw new RefusedError(serve.viewPortInUse(port));
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new RefusedError(serve.viewPortForbidden(port));
    }
    throw new RefusedError(serve.viewPortFailed(port, messageOf(error)));
  }
}
