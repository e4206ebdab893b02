import { stdout } from "node:process";
import { clearScreenDown, createInterface, cursorTo, moveCursor } from "node:readline";
import { setImmediate } from "node:timers";
import { VisibleText } from "../../cli/visible_text.ts";
import { Keys } from "./keys.ts";

/** The exit status that shells give a program that Ctrl-C has ended: 128 + SIGINT. */
const INTERRUPTED = 130;
/** A line of the server that is longer may be broken where a read has ended. */
const MAX_UNFINISHED = 1_000;

/** The user's side of a connection: what is typed, and where the answers are shown. */
export interface Conversation {
  /** What is typed, in bytes, to its end. */
  readonly typed: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Shows what came from the server. @throws when the system does not take it */
  show(bytes: Uint8Array): Promise<void>;
  /** Gives back the terminal. */
  end(): void;
}

/** What is typed comes from a pipe or a file, or what is shown goes to one. */
export class PlainConversation implements Conversation {
  readonly typed: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** A pipe gets the bytes as they came, and a terminal nothing that could harm it. */
  readonly #visible = Deno.stdout.isTerminal() ? new VisibleText() : undefined;

  /** @param lineEnd what each line ends with when it is sent */
  constructor(lineEnd: "\n" | "\r\n") {
    this.typed = lineEnd === "\n"
      ? Deno.stdin.readable
      : Deno.stdin.readable.pipeThrough(new CarriageReturns());
  }

  async show(bytes: Uint8Array): Promise<void> {
    const shown = this.#visible === undefined
      ? bytes
      : new TextEncoder().encode(this.#visible.next(bytes));
    for (let written = 0; written < shown.length;) {
      written += await Deno.stdout.write(shown.subarray(written));
    }
  }

  end(): void {}
}

const [LF, CR] = [0x0a, 0x0d];

/** Puts a carriage return before each line feed that has none. */
class CarriageReturns extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  constructor() {
    let last = 0;
    super({
      transform(bytes, controller) {
        const ended: number[] = [];
        for (const byte of bytes) {
          if (byte === LF && last !== CR) ended.push(CR);
          ended.push(byte);
          last = byte;
        }
        controller.enqueue(Uint8Array.from(ended));
      },
    });
  }
}

/**
 * A person at a terminal: lines can be edited, and earlier ones come back with the arrow keys. What
 * the server sends appears above the line that is being typed.
 */
export class TerminalConversation implements Conversation {
  readonly typed: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #lines = createInterface({
    input: new Keys((text) => this.#insert(text)),
    output: stdout,
    terminal: true,
    prompt: "",
  });
  readonly #visible = new VisibleText();
  /** The last line, while its line end has not come: the next text continues it. */
  #unfinished = "";
  #isTyping = true;

  /** @param lineEnd what each line ends with when it is sent */
  constructor(lineEnd: "\n" | "\r\n") {
    const encoder = new TextEncoder();
    this.typed = new ReadableStream({
      start: (controller) => {
        this.#lines.on("line", (line) => {
          this.#setUnfinished(""); // what was typed stands below it now
          controller.enqueue(encoder.encode(line + lineEnd));
        });
        this.#lines.on("close", () => {
          this.#isTyping = false;
          controller.close();
        });
      },
    });
    // Without this the terminal would stay in raw mode.
    this.#lines.on("SIGINT", () => {
      this.end();
      Deno.exit(INTERRUPTED);
    });
    // After Ctrl-Z, `readline` hears no keys until the next prompt.
    this.#lines.on("SIGCONT", () => this.#lines.prompt(true));
  }

  async show(bytes: Uint8Array): Promise<void> {
    this.#print(this.#visible.next(bytes));
    await new Promise((resolve) => setImmediate(resolve)); // so that keys are heard while more comes
  }

  end(): void {
    this.#print(this.#visible.end());
    if (this.#isTyping && this.#lines.line !== "") {
      this.#lines.write(null, { ctrl: true, name: "e" });
      stdout.write("\n"); // what is printed next does not belong to what was typed
    }
    this.#lines.close();
  }

  #print(text: string): void {
    if (text === "") return;
    const shown = this.#unfinished + text;
    const finished = shown.lastIndexOf("\n") + 1;
    const isTooLong = shown.length - finished > MAX_UNFINISHED;
    moveCursor(stdout, 0, -this.#lines.getCursorPos().rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
    stdout.write(isTooLong ? `${shown}\n` : shown.slice(0, finished));
    this.#setUnfinished(isTooLong ? "" : shown.slice(finished));
    this.#setRowsAbove(0);
    if (this.#isTyping) this.#lines.prompt(true);
    else stdout.write(this.#lines.getPrompt());
  }

  /** The unfinished line is a part of the prompt, which is drawn above what is typed. */
  #setUnfinished(text: string): void {
    this.#unfinished = text;
    this.#lines.setPrompt(text === "" ? "" : `${text}\n`);
  }

  #insert(text: string): void {
    this.#lines.write(text);
    this.#setRowsAbove(this.#lines.getCursorPos().rows);
  }

  /**
   * Sets the row of the cursor within prompt and line. `readline` updates it only when it redraws both
   * as a whole.
   */
  #setRowsAbove(rows: number): void {
    Reflect.set(this.#lines, "prevRows", rows);
  }
}
