/** Which bytes of a file an answer with status 206 has. */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** The size of the whole file, if the server has told. */
  readonly sizeBytes: number | undefined;
}

/** Reads a header `Content-Range`, RFC 9110, 14.4; `undefined` for none, or one that makes no sense. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header ?? "");
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const sizeBytes = match[3] === "*" ? undefined : Number(match[3]);
  return first <= last && last < (sizeBytes ?? Infinity) ? { first, last, sizeBytes } : undefined;
}
