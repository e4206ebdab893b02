/**
 * Starts a server of ours and a program that is none, with a child, says their process ids, and waits
 * for its own end, which it gets from a test.
 *
 * @module
 */

import { freePort } from "../../clients/target/listening_ports.ts";
import { ServerProcess } from "../../clients/target/server_process.ts";
import { faultyProgram } from "./faulty_program.ts";

const options = { startTimeoutMs: 60_000 };
const ours = await ServerProcess.startPlayground(["select", "--quiet"], options);
const port = freePort();
const other = await ServerProcess.startProgram(faultyProgram(port), port, options);
console.log(JSON.stringify([ours.pid, other.pid]));
await Promise.race([ours.ended, other.ended]);
