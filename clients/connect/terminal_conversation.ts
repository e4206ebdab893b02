import { stdin, stdout } from "node:process";
import { clearLine, createInterface, cursorTo } from "node:readline";
import type { Conversation } from "../connect_command.ts";
import { VisibleText } from "./visible_text.ts";

/** The exit status of a program that Ctrl-C has ended, as a shell tells it. */
const INTERRUPTED = 130;

/**
 * A person at a terminal: lines can be edited, and earlier ones come back with the arrow keys. What
 * the server sends stands above the line that is being typed.
 */
export class TerminalConversation implements Conversation {
  readonly typed: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #lines = createInterface({ input: stdin, output: stdout, terminal: true, prompt: "" });
  readonly #visible = new VisibleText();
  #isTyping = true;

  /** @param lineEnd what each line ends with when it is sent */
  constructor(lineEnd: "\n" | "\r\n") {
    const encoder = new TextEncoder();
    this.typed = new ReadableStream({
      start: (controller) => {
        this.#lines.on("line", (line) => controller.enqueue(encoder.encode(line + lineEnd)));
        this.#lines.on("close", () => {
          this.#isTyping = false;
          controller.close();
        });
      },
    });
    // Without this the terminal would stay as the editor of lines has set it.
    this.#lines.on("SIGINT", () => {
      this.end();
      Deno.exit(INTERRUPTED);
    });
  }

  show(bytes: Uint8Array): Promise<void> {
    const text = this.#visible.next(bytes);
    cursorTo(stdout, 0);
    clearLine(stdout, 0);
    // A line of its own for what is typed, also below an answer that does not end its line.
    stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    if (this.#isTyping) this.#lines.prompt(true);
    return Promise.resolve();
  }

  end(): void {
    this.#lines.close();
  }
}
