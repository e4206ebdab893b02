/** The lines of a text in UTF-8 that comes as bytes. */
export function linesOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  return bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}

/** Cuts a stream of text into its lines. */
class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let held = "";
    super({
      transform(text, controller) {
        const lines = (held + text).split("\n");
        held = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (held !== "") controller.enqueue(held);
      },
    });
  }
}
