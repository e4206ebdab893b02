import { standardOutput } from "../../cli/output.ts";
import type { Messages } from "../../cli/messages.ts";
import { openInBrowser } from "../../servers/watch/browser.ts";

/** The server of a page. */
export interface ShownPage {
  readonly address: string;
  end(): Promise<void>;
}

/** How a page is shown. */
export interface PageOptions {
  readonly open: boolean;
  readonly messages: Messages;
  /** Rejects when what is shown has ended. */
  readonly lost?: Promise<never>;
}

/**
 * Serves a page until Ctrl-C, and ends its server. It also ends when its address could not be printed.
 *
 * @param announce is called with the address of the page
 * @throws {RefusedError} when what is shown has ended
 */
export async function showPage(
  server: ShownPage,
  { open, messages, lost }: PageOptions,
  announce: (address: string) => void,
): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const onSignal = () => stop();
  Deno.addSignalListener("SIGINT", onSignal);
  try {
    announce(server.address);
    // Nobody knows of the page then, and why has been said.
    standardOutput.written().then(() => !open && standardOutput.error !== undefined && stop());
    if (open && !await openInBrowser(server.address)) {
      console.error(messages.watch.noBrowser(server.address));
    }
    await Promise.race([stopped, ...(lost === undefined ? [] : [lost])]);
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    await server.end();
  }
}
