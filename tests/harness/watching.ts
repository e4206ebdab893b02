/**
 * A server that is watched, and its page in a real browser.
 *
 * @module
 */

import { BrowserPage, type PageOptions } from "./browser.ts";
import { Server } from "./playground.ts";

/** A client as the table of the page has it. */
export interface ShownClient {
  readonly peer: string;
  readonly state: string;
  readonly lane: string;
}

/** Starts a server with a page, and gives the page's address. */
export async function startWatched(
  args: readonly string[],
): Promise<{ server: Server; address: string }> {
  const server = await Server.start([...args, "--quiet", "--watch", "0"]);
  try {
    return { server, address: String((await server.event("watching")).address) };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** A server and its page. Dispose of it, and nothing is left. */
export class WatchedPage implements AsyncDisposable {
  private constructor(readonly server: Server, readonly browser: BrowserPage) {}

  static async open(args: readonly string[], options: PageOptions = {}): Promise<WatchedPage> {
    const { server, address } = await startWatched(args);
    try {
      const browser = await BrowserPage.open(options);
      const watched = new WatchedPage(server, browser);
      await browser.page.goto(address);
      await browser.page.waitForSelector("section.run");
      return watched;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get page(): BrowserPage["page"] {
    return this.browser.page;
  }

  /** Presses a button of the controls, by what stands on it. */
  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  /** The clients in the table behind the picture. */
  async clients(): Promise<ShownClient[]> {
    const table = this.page.locator("details.clients");
    if (await table.getAttribute("open") === null) await table.locator("summary").click();
    const rows = await table.locator("tbody tr").all();
    return await Promise.all(rows.map(async (row) => {
      const [peer, state, lane] = await row.locator("td").allTextContents();
      return { peer, state, lane };
    }));
  }

  /** Waits until the clients in the table are so. Looks again when the table may have changed. */
  async untilClients(isSo: (clients: ShownClient[]) => boolean): Promise<ShownClient[]> {
    for (;;) {
      const clients = await this.clients();
      if (isSo(clients)) return clients;
      await this.page.waitForTimeout(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}
