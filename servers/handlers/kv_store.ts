import { DatabaseSync, type StatementSync } from "node:sqlite";

/** How long to wait for others who write. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Keys and their values, in SQLite. All calls are synchronous, so they hold up their thread, be it for
 * the disk or for another process that writes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const [key, value] = [Uint8Array.of(1), Uint8Array.of(2)];
 * const store = new KvStore(":memory:");
 * store.begin();
 * store.set(key, value);
 * store.commit();
 * assertEquals([store.get(key), store.count()], [value, 1]);
 * store.close();
 * ```
 */
export class KvStore {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  #isWriting = false;

  /**
   * Opens it. A connection of SQLite's does not survive fork(2), so do this where it is used,
   * https://sqlite.org/howtocorrupt.html#_carrying_an_open_database_connection_across_a_fork_.
   *
   * @param path of a file, which is created if it is missing; or `:memory:`
   * @throws {Error} when the file cannot be used, with what SQLite says
   */
  constructor(path: string) {
    const database = this.#database = new DatabaseSync(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      // What is committed is in the write-ahead log by then, with the system if not on the disk. So
      // it is there after the process was killed, and all commits are whole. When the system crashes
      // or loses power, the last of them may be missing: `synchronous = FULL` would wait for the disk
      // at each, https://sqlite.org/pragma.html#pragma_synchronous.
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      database.exec(
        "CREATE TABLE IF NOT EXISTS kv (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
      );
      this.#get = database.prepare("SELECT value FROM kv WHERE key = ?");
      this.#set = database.prepare("REPLACE INTO kv VALUES (?, ?)");
      this.#delete = database.prepare("DELETE FROM kv WHERE key = ?");
      this.#count = database.prepare("SELECT count(*) AS count FROM kv");
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Begins to write, if it has not: nobody else can, and nobody sees it, until {@linkcode commit}. */
  begin(): void {
    if (this.#isWriting) return;
    // At once, not with the first change: to begin as a reader and become a writer can fail.
    this.#database.exec("BEGIN IMMEDIATE");
    this.#isWriting = true;
  }

  /** Keeps what was written since {@linkcode begin}. */
  commit(): void {
    if (!this.#isWriting) return;
    this.#database.exec("COMMIT");
    this.#isWriting = false;
  }

  /** Forgets what was written since {@linkcode begin}. */
  rollback(): void {
    if (!this.#isWriting) return;
    this.#isWriting = false;
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has done it by itself, as it does when the disk is full.
    }
  }

  /** Calls `read`, all of which sees the same state. */
  atOnce<T>(read: () => T): T {
    if (this.#isWriting) return read();
    this.#database.exec("BEGIN");
    try {
      return read();
    } finally {
      this.#database.exec("COMMIT");
    }
  }

  get(key: Uint8Array): Uint8Array | null {
    return bytesOf(this.#get.get(key)?.value) ?? null;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#set.run(key, value);
  }

  /** @returns whether it was there */
  delete(key: Uint8Array): boolean {
    return Number(this.#delete.run(key).changes) > 0;
  }

  clear(): void {
    this.#database.exec("DELETE FROM kv");
  }

  count(): number {
    return Number(this.#count.get()?.count);
  }

  /** All keys, in the order of their bytes. */
  *keys(): Generator<Uint8Array> {
    for (const { key } of this.#database.prepare("SELECT key FROM kv").iterate()) {
      const bytes = bytesOf(key);
      if (bytes !== undefined) yield bytes;
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** A value of the table; others may have put numbers or text into it. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array || value === undefined || value === null) {
    return value ?? undefined;
  }
  return new TextEncoder().encode(String(value));
}
