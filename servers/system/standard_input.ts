/**
 * Standard input of this process. Linux.
 *
 * @module
 */

import { cFunctions, cString } from "./c_library.ts";
import { checked } from "./system_interface.ts";
import { errnoInstead } from "./system_calls.ts";

const STDIN_FILENO = 0;
/** <fcntl.h> */
const O_RDONLY = 0;

const functions = cFunctions({
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
});

/**
 * Makes `/dev/null` this process's standard input, dup2(2), so that it has no terminal there any more. A
 * runtime that has ever read single keys restores the terminal's mode when it exits, and a process in
 * the background is stopped when it does that, tcsetattr(3).
 *
 * @throws {SystemCallError} when the system refuses
 */
export function leaveStandardInput(): void {
  const { open, dup2, close } = functions();
  const descriptor = checked("open", errnoInstead()(open(cString("/dev/null"), O_RDONLY)));
  checked("dup2", errnoInstead()(dup2(descriptor, STDIN_FILENO)));
  close(descriptor);
}
