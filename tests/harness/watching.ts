/**
 * A watched server, and its page in a real browser.
 *
 * @module
 */

import type { Locator, Page } from "playwright-core";
import { Server } from "./playground.ts";

/** A client in the table of the page. */
export interface ShownClient {
  readonly peer: string;
  readonly state: string;
  readonly lane: string;
}

/** How often the page is checked for a state. */
const POLL_INTERVAL_MS = 100;

/** A watched server and its page. Disposing of it ends the server. */
export class WatchedServer implements AsyncDisposable {
  private constructor(readonly server: Server, readonly page: Page) {}

  /** Starts a server, and opens its page. */
  static async open(page: Page, args: readonly string[]): Promise<WatchedServer> {
    const server = await startWatched(args);
    try {
      await page.goto(await addressOf(server));
      await page.locator("section.run").first().waitFor();
      return new WatchedServer(server, page);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Presses a button of the controls, by its text. */
  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  /** Has all clients leave in a way of the menu. */
  async leave(how: string): Promise<void> {
    await this.press("Leave");
    await this.press(how);
  }

  /** The clients in the table behind the picture. */
  async clients(): Promise<ShownClient[]> {
    const table = this.page.locator("details.clients");
    if (await table.getAttribute("open") === null) await table.locator("summary").click();
    const rows: Locator[] = await table.locator("tbody tr").all();
    return await Promise.all(rows.map(async (row) => {
      const [peer, state, lane] = await row.locator("td").allTextContents();
      return { peer, state, lane };
    }));
  }

  /** Waits until the clients in the table pass a test. */
  async untilClients(isSo: (clients: ShownClient[]) => boolean): Promise<ShownClient[]> {
    for (;;) {
      const clients = await this.clients();
      if (isSo(clients)) return clients;
      await this.page.waitForTimeout(POLL_INTERVAL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** Opens the panel with the settings of the handler, unless it is open. */
export async function openHandlerPanel(page: Page): Promise<void> {
  if (await page.getByLabel("sleeps ms").isVisible()) return;
  await page.getByRole("group", { name: "Handler" }).getByRole("button").click();
}

/** Starts a server that can be watched. */
export async function startWatched(args: readonly string[]): Promise<Server> {
  return await Server.start([...args, "--quiet", "--watch", "0"]);
}

/** The address of its page, with the token. */
export async function addressOf(server: Server): Promise<string> {
  return String((await server.event("watching")).address);
}

/** What to connect to for an address of a page. */
export function toListener(address: string): Deno.ConnectOptions {
  const { hostname, port } = new URL(address);
  return { hostname, port: Number(port) };
}
