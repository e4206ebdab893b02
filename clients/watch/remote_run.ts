import { RefusedError } from "../../cli/errors.ts";
import type { Command, Frame, Hello, Run } from "../../servers/watch/frames.ts";
import { linesOf } from "../../cli/text_lines.ts";

/** A server of another process, seen through its page's own address. */
export class RemoteRun implements Run {
  readonly #base: URL;

  /** @param address of the page, with the token if it is to be controlled */
  constructor(address: string) {
    this.#base = new URL(address);
  }

  /** @throws {TypeError} when nobody answers, or with something else */
  async hello(): Promise<Hello> {
    const response = await fetch(new URL("/runs/0/hello", this.#base));
    if (response.ok) return await response.json();
    await response.body?.cancel();
    throw new TypeError(`status ${response.status}`);
  }

  subscribe(onFrame: (frame: Frame) => void): () => void {
    const over = new AbortController();
    // That its frames have come to an end is seen by who has started the server.
    this.follow(onFrame, over.signal).catch(() => {});
    return () => over.abort();
  }

  /**
   * Calls `onFrame` with each frame until there are no more.
   *
   * @param over gives it up
   * @throws {TypeError} when the connection is lost
   */
  async follow(onFrame: (frame: Frame) => void, over: AbortSignal): Promise<void> {
    const { body } = await fetch(new URL("/runs/0/frames", this.#base), { signal: over });
    if (body === null) return;
    for await (const line of linesOf(body)) {
      if (line.startsWith("data: ")) onFrame(JSON.parse(line.slice("data: ".length)));
    }
  }

  async control(command: Command): Promise<void> {
    const token = this.#base.searchParams.get("token") ?? "";
    const response = await fetch(new URL("/control", this.#base), {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(command),
    });
    const reason = (await response.text()).trim();
    if (!response.ok) throw new RefusedError(reason);
  }
}
