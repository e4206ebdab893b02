/** Cuts a stream of text into its lines, without their `\n` or `\r\n`. */
export class TextLineStream extends TransformStream<string, string> {}
