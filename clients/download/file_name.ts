/**
 * The names under which downloads are saved.
 *
 * They are made of the URLs that were typed, and of nothing that a server says: neither a redirect nor
 * a Content-Disposition can choose a name, and each is known before anything is fetched.
 *
 * @module
 */

/** What the name of a file has at its end while it is not complete. */
export const PART_ENDING = ".part";
/** What the name of the record of a part has at its end. */
export const RECORD_ENDING = ".part.json";

/** What file systems take, 255 bytes, without room for the endings above. */
const MAX_NAME_BYTES = 255 - RECORD_ENDING.length;
/**
 * What is not meant to be in a name on some system, or is not seen in it: separators, control
 * characters, and those that turn the direction of writing, which make an ending look like another.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>:"|?*\\/]/gu;
/** Devices, on Windows, whatever ending follows. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?= *(\.|$))/i;
const ENDING = /(?<=.)(\.tar)?\.[^.]{1,15}$/u;

const encoder = new TextEncoder();

/** The name for what is at `url`, which stays within its directory on any system. */
export function fileName(url: URL): string {
  return numbered(safe(url.pathname.slice(url.pathname.lastIndexOf("/") + 1)), 1);
}

/**
 * The names for what is at `urls`, all different, even where capitals are no difference. A second
 * `a.txt` is `a-2.txt`, each time the same URLs are given in the same order.
 */
export function fileNames(urls: readonly URL[]): string[] {
  const taken = new Set<string>();
  return urls.map((url) => {
    const name = fileName(url);
    for (let number = 1;; number++) {
      const candidate = numbered(name, number);
      // What one has as its part must not be what another is.
      const files = ["", PART_ENDING, RECORD_ENDING].map((ending) =>
        (candidate + ending).normalize().toLowerCase()
      );
      if (files.some((file) => taken.has(file))) continue;
      for (const file of files) taken.add(file);
      return candidate;
    }
  });
}

function safe(segment: string): string {
  const name = decode(segment)
    .replace(UNSAFE, "_")
    .replace(/^ +|[. ]+$/g, "") // Windows drops dots and spaces at the end
    .replace(/^\./, "_") // it would be hidden
    .replace(DEVICE, "_$1");
  return name === "" ? "index.html" : name;
}

/** `%20` and the like as characters, unless they are none in UTF-8. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function numbered(name: string, number: number): string {
  const [ending] = ENDING.exec(name) ?? [""];
  const rest = `${number === 1 ? "" : `-${number}`}${ending}`;
  const stem = name.slice(0, name.length - ending.length);
  // encodeInto() writes whole characters only, and returns how much it has read.
  const room = new Uint8Array(MAX_NAME_BYTES - encoder.encode(rest).length);
  const cut = stem.slice(0, encoder.encodeInto(stem, room).read);
  return (cut.length < stem.length ? cut.replace(/[. ]+$/, "") : cut) + rest;
}
