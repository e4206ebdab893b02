const decoder = new TextDecoder();

/**
 * Shows bytes that a client sent so that people can read them and no terminal is harmed: in quotes,
 * with control characters escaped, and with an ellipsis if there were more.
 *
 * @param shown the first of the bytes
 * @param sizeBytes how many there were
 */
export function showBytes(shown: Uint8Array, sizeBytes: number): string {
  const text = decoder.decode(shown);
  const quoted = JSON.stringify(text).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, escape);
  return sizeBytes > shown.length ? `${quoted}…` : quoted;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
