/**
 * What the page shows, from the server that it came from or out of its own file.
 *
 * @module
 */

const embeddedView = document.getElementById("view");

/** Whether the page is a file that holds all that it shows. */
export const isEmbedded = embeddedView !== null;

/** Describes the view, see view_description.ts. */
export async function loadView() {
  return isEmbedded ? JSON.parse(embeddedView.textContent) : await (await fetch("/view")).json();
}

/** The text of the recording that is shown. */
export async function loadRecording() {
  if (!isEmbedded) return await (await fetch("/recording")).text();
  return await unpack(document.getElementById("recording").textContent);
}

/** The text that page_bundle.ts has packed. @param {string} packed */
export async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}
