const decoder = new TextDecoder();

/**
 * Bytes that a client sent, as a person can read them and a terminal cannot be harmed by: in quotes,
 * with control characters escaped, and an ellipsis if there were more.
 *
 * @param shown the first of them
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
