import { RefusedError } from "../../cli/errors.ts";
import type { Messages } from "../../cli/messages.ts";
import type { Address } from "../sockets/interface.ts";
import { messageOf } from "../system/thrown.ts";

/** The default port of a view. */
export const VIEW_PORT = 7780;
/** A view listens on this machine only. */
const VIEW_HOST = "127.0.0.1";

/**
 * Checks that a view can listen on a port, before its server announces that it listens.
 *
 * @param port of the view
 * @param server the address on which the server will listen
 * @param messages for the error
 * @throws {RefusedError} when it cannot
 * @throws {Deno.errors.AddrInUse} when the server's address is in use
 */
export function checkViewPort(port: number, server: Address, { serve }: Messages): void {
  try {
    using view = Deno.listen({ hostname: VIEW_HOST, port });
    // While the view has its port: the server may want the same one.
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
 * Only checks that the address is free. The server finds other faults when it listens.
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
