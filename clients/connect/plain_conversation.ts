import { VisibleText } from "../../cli/visible_text.ts";
import type { Conversation } from "./command.ts";

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
