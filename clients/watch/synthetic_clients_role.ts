/**
 * The hidden role in which the executable runs the clients of a live view. It reads commands as lines of
 * JSON from standard input, and writes reports of the clients as lines to standard output.
 *
 * @module
 */

import { raiseDescriptorLimit } from "../../servers/system/descriptor_limit.ts";
import type { Address } from "../../servers/sockets/interface.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { ClientCommand } from "../../servers/watch/synthetic_clients.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { SyntheticClients } from "./synthetic_clients.ts";

const REPORT_INTERVAL_MS = 100;
const MAX_DESCRIPTORS = 20_000;

/**
 * Runs the clients until standard input ends.
 *
 * @param json the server's address, as JSON
 * @returns the exit status
 */
export async function runSyntheticClients(json: string): Promise<number> {
  const address: Address = JSON.parse(json);
  if (hasSystemCalls()) raiseDescriptorLimit(MAX_DESCRIPTORS);
  const clients = new SyntheticClients(address);
  let reported = "";
  const timer = setInterval(() => {
    const counts = JSON.stringify(clients.counts);
    if (counts !== reported) console.log(counts);
    reported = counts;
  }, REPORT_INTERVAL_MS);
  for await (const line of linesOf(Deno.stdin.readable)) execute(clients, JSON.parse(line));
  clearInterval(timer);
  clients.end("close", Infinity);
  return 0;
}

function execute(clients: SyntheticClients, command: ClientCommand): void {
  switch (command.do) {
    case "open":
      return clients.open(command.count);
    case "talk":
      return clients.talk(command.on, command.everyMs, command.text);
    case "read":
      return clients.read(command.on);
    case "end":
      return clients.end(command.how, command.count);
  }
}
