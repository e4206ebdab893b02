/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { RingWriter } from "../../../servers/workers/handler/ring.ts";

/** Writes `count` records, each of another length, and blocks whenever there is no room. */
self.onmessage = ({ data: { memory, count, maxBytes } }) => {
  const writer = new RingWriter(memory);
  for (let i = 0; i < count; i++) {
    writer.write(i % 7, i, new Uint8Array(i * 31 % (maxBytes + 1)).fill(i));
  }
};
