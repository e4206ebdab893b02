/**
 * How a thread takes the signal by which others interrupt it.
 *
 * @module
 */

import { makeAnotherInterruptible } from "../../../servers/system/this_thread.ts";
import { cFunctions } from "../../../servers/system/c_library.ts";
import { signalNumber, signalSet } from "../../../servers/system/signals.ts";
import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { assertEquals } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";

/** <signal.h> */
const SIG_BLOCK = 0;

const functions = cFunctions({
  sigprocmask: { parameters: ["i32", "buffer", "pointer"], result: "i32" },
});

/** Whether this thread blocks SIGURG, and its number, as the system has it, proc(5). */
function thisThread(): [boolean, number] {
  const status = Deno.readTextFileSync("/proc/thread-self/status");
  const blocked = BigInt(`0x${/SigBlk:\s*(\w+)/.exec(status)?.[1]}`);
  const bit = BigInt(signalNumber("SIGURG") - 1);
  return [(blocked >> bit & 1n) === 1n, Number(/^Pid:\s*(\d+)/m.exec(status)?.[1])];
}

Deno.test({
  name: "a thread that makes itself interruptible blocks the signal no more",
  ignore: !hasSystemCalls(),
  sanitizeResources: false, // the C library stays open as long as the thread
  fn() {
    functions().sigprocmask(SIG_BLOCK, signalSet(["SIGURG"]), null);
    assertEquals(thisThread()[0], true);
    const thread = makeAnotherInterruptible();
    assertEquals(thisThread(), [false, thread]);
  },
});
