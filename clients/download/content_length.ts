/**
 * How many bytes a body has, if that is known beforehand. A length that is sent more than once, as
 * `5, 5`, is one length, RFC 9110, 8.6. It says nothing beside a Transfer-Encoding, RFC 9112, 6.3.
 */
export function sizeOf(headers: Headers): number | undefined {
  const header = headers.get("content-length");
  if (header === null || headers.has("transfer-encoding")) return undefined;
  const lengths = new Set(header.split(",").map(parseLength));
  const [length] = lengths;
  return lengths.size === 1 ? length : undefined;
}

function parseLength(text: string): number | undefined {
  return /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}
