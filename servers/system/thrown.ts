/**
 * Values that were thrown, which in JavaScript may be anything.
 *
 * @module
 */

/** The thrown value as an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(asText(thrown));
}

/** The message of a thrown value. */
export function messageOf(thrown: unknown): string {
  return asText(toError(thrown).message);
}

/**
 * The first line of the message of a thrown value, after the line of a file on which it was thrown, if
 * its stack names that.
 *
 * @param url of the file
 */
export function whereThrown(url: string, thrown: unknown): string {
  const message = messageOf(thrown).split("\n")[0];
  const line = lineIn(url, thrown);
  return line === undefined ? message : `line ${line}: ${message}`;
}

/** What was thrown, in words; with `PLAYGROUND_DEBUG=1`, its stack follows on lines of its own. */
export function describeThrown(thrown: unknown): string {
  return withStack(messageOf(thrown), thrown);
}

/** The file whose code runs in this thread beside the playground's own. */
let usersFile: { readonly path: string; readonly url: string } | undefined;

/**
 * From now on errors that nobody catches name the line of this file, if that has thrown them.
 *
 * @param path of the file, as people typed it
 * @param url of the same file, as stacks have it
 */
export function runsCodeOf(path: string, url: string): void {
  usersFile = { path, url };
}

/**
 * Tells of each error that code has thrown from a timer or a promise of this thread. It then ends nothing.
 *
 * @param take gets what was thrown
 */
export function hearUncaught(take: (thrown: unknown) => void): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    take(located(event.reason));
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    take(located(event.error));
  });
}

function located(thrown: unknown): unknown {
  if (usersFile === undefined || lineIn(usersFile.url, thrown) === undefined) return thrown;
  const { path, url } = usersFile;
  return new Error(`${path}: ${whereThrown(url, thrown)}`, { cause: thrown });
}

function lineIn(url: string, thrown: unknown): string | undefined {
  const stack = thrown instanceof Error ? asText(thrown.stack) : "";
  const at = stack.indexOf(`${url}:`);
  return at < 0 ? undefined : stack.slice(at + url.length + 1).match(/^\d+/)?.[0];
}

/** What a Worker reports that fails to load; with `PLAYGROUND_DEBUG=1`, the place of the fault follows. */
export function describeErrorEvent({ message, filename, lineno, colno }: ErrorEvent): string {
  if (filename === "") return message; // which names the place itself
  const event = new Error(message);
  event.stack = `    at ${filename}:${lineno}:${colno}`;
  return describeThrown(event);
}

/** `message`, and with `PLAYGROUND_DEBUG=1` the stack of what was thrown on the lines after it. */
export function withStack(message: string, thrown: unknown): string {
  if (!(thrown instanceof Error) || Deno.env.get("PLAYGROUND_DEBUG") !== "1") return message;
  return `${message}\n${stackOf(thrown)}`;
}

/** What was thrown, as an error that can be posted to another thread, whatever it was. */
export function postableError(thrown: unknown): Error {
  const error = new Error(messageOf(thrown));
  error.stack = stackOf(toError(thrown));
  return error;
}

/** The stack of an error, or that of its cause, which is nearer to the fault. */
function stackOf(error: Error): string {
  return asText((error.cause instanceof Error ? error.cause : error).stack);
}

function asText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a ${typeof value} that is no error`; // an object without toString(), for example
  }
}
