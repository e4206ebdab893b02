import { cFunctions, errnoInstead } from "../../servers/sockets/c_library.ts";
import { cString } from "../../servers/sockets/spawn.ts";
import { checked } from "../../servers/sockets/system_call_error.ts";
import { systemCalls } from "../../servers/sockets/system_calls.ts";

/** <fcntl.h> */
const O_RDONLY = 0;
const O_CLOEXEC = 0x8_0000;

const CHUNK_BYTES = 16_384;

const functions = cFunctions({ open: { parameters: ["buffer", "i32"], result: "i32" } });

/**
 * Reads a text of the system's, proc(5), by the system's calls: Deno leaves `/proc` to programs that may
 * do anything at all.
 *
 * @throws {SystemCallError} when there is none, such as that of a process that has ended
 */
export function readProcFile(path: string): string {
  const calls = systemCalls();
  const fail = errnoInstead();
  const descriptor = checked("open", fail(functions().open(cString(path), O_RDONLY | O_CLOEXEC)));
  try {
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(CHUNK_BYTES);
    let text = "";
    for (let count; (count = checked("read", calls.read(descriptor, chunk, chunk.length))) > 0;) {
      text += decoder.decode(chunk.subarray(0, count), { stream: true });
    }
    return text;
  } finally {
    calls.close(descriptor);
  }
}
