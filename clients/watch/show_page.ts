import { openInBrowser } from "../../servers/watch/browser.ts";
import { type Shown, WebServer } from "../../servers/watch/web_server.ts";

/**
 * Serves a page until Ctrl-C.
 *
 * @param shown what the page shows; `lost` rejects when that has ended
 * @param announce is called with the address of the page
 * @throws {RefusedError} when the server cannot listen on the port
 */
export async function showPage(
  shown: Shown & { readonly lost?: Promise<never> },
  { port, open }: { readonly port: number; readonly open: boolean },
  announce: (address: string) => void,
): Promise<void> {
  const server = new WebServer(shown, port);
  announce(server.address);
  if (open && !await openInBrowser(server.address)) {
    console.error(shown.messages.watch.noBrowser(server.address));
  }
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const onSignal = () => stop();
  Deno.addSignalListener("SIGINT", onSignal);
  try {
    await Promise.race([stopped, ...(shown.lost === undefined ? [] : [shown.lost])]);
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    await server.end();
  }
}
