const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A server did not send back what it was sent. */
export class WrongAnswerError extends Error {
  override readonly name = "WrongAnswerError";

  constructor(readonly sent: string, readonly answer: string) {
    super(`the server answered ${JSON.stringify(sent)} with ${JSON.stringify(answer)}`);
  }
}

/** A client of a server in another process. Dispose of it, and its connection is closed. */
export class Client implements Disposable {
  readonly #conn: Deno.TcpConn;
  #isClosed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects to a port of 127.0.0.1. */
  static async connect(port: number): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends all of `text`. */
  async send(text: string): Promise<void> {
    const bytes = encoder.encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Waits for `sizeBytes` bytes, or for the end of the stream. */
  async receive(sizeBytes: number): Promise<string> {
    const bytes = new Uint8Array(sizeBytes);
    let received = 0;
    while (received < sizeBytes) {
      const count = await this.#conn.read(bytes.subarray(received));
      if (count === null) break;
      received += count;
    }
    return decoder.decode(bytes.subarray(0, received));
  }

  /**
   * Sends a text of ASCII and waits for its echo.
   *
   * @returns how long that took, in milliseconds
   * @throws {WrongAnswerError} when something else comes back, or nothing
   */
  async exchange(text: string): Promise<number> {
    const beganMs = performance.now();
    await this.send(text);
    const echo = await this.receive(text.length);
    if (echo !== text) throw new WrongAnswerError(text, echo);
    return performance.now() - beganMs;
  }

  /** Whether a text comes back, from a server that may close the connection instead. */
  async isServed(text: string): Promise<boolean> {
    try {
      await this.send(text);
      return await this.receive(text.length) === text;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Clients that are closed together. */
export class Clients implements Disposable {
  readonly all: Client[] = [];

  /** Connects `count` clients, one after another. */
  static async connect(port: number, count: number): Promise<Clients> {
    const clients = new Clients();
    try {
      while (clients.all.length < count) clients.all.push(await Client.connect(port));
      return clients;
    } catch (error) {
      clients[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const client of this.all) client.close();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted;
}
