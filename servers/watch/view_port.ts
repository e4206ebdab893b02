import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Address } from "../sockets/interface.ts";
import { messageOf } from "../system/thrown.ts";

/** Where views are found when nobody says otherwise. */
export const VIEW_PORT = 7780;
/** Who may look at a view: whoever is on this machine. */
const VIEW_HOST = "127.0.0.1";

/**
 * Looks whether a view can be shown at a port, before the server that it is of says that it listens.
 *
 * @param server where that will listen
 * @throws {RefusedError} when it cannot
 */
export function checkViewPort(port: number, server: Address, { serve }: Messages): void {
  try {
    using view = Deno.listen({ hostname: VIEW_HOST, port });
    // With the view there: the server may be the one that takes the port away.
    if (view.addr.port === server.port) checkAddressInUse(server);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw new RefusedError(serve.viewPortInUse(port));
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new RefusedError(serve.viewPortForbidden(port));
    }
    throw new RefusedError(serve.viewPortFailed(port, messageOf(error)));
  }
}

/**
 * What else is wrong with an address is found when the server listens.
 *
 * @throws {Deno.errors.AddrInUse} when it is in use
 */
function checkAddressInUse({ host, port }: Address): void {
  try {
    Deno.listen({ hostname: host, port }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
  }
}
