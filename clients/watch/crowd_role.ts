/**
 * The hidden role in which the executable drives the clients that a live view has opened: told what to
 * do by lines on standard input, it says by lines on standard output how many there are.
 *
 * @module
 */

import { raiseDescriptorLimit } from "../../servers/system/descriptor_limit.ts";
import type { Address } from "../../servers/sockets/interface.ts";
import { hasSystemCalls } from "../../servers/system/system_calls.ts";
import type { CrowdCommand } from "../../servers/watch/crowd.ts";
import { linesOf } from "../../cli/text_lines.ts";
import { DrivenClients } from "./driven_clients.ts";

const REPORT_MS = 100;
const MAX_DESCRIPTORS = 20_000;

/**
 * Drives clients until standard input ends.
 *
 * @param json the server's address
 * @returns the exit status
 */
export async function driveClients(json: string): Promise<number> {
  const address: Address = JSON.parse(json);
  if (hasSystemCalls()) raiseDescriptorLimit(MAX_DESCRIPTORS);
  const clients = new DrivenClients(address);
  let said = "";
  const timer = setInterval(() => {
    const counts = JSON.stringify(clients.counts);
    if (counts !== said) console.log(counts);
    said = counts;
  }, REPORT_MS);
  for await (const line of linesOf(Deno.stdin.readable)) obey(clients, JSON.parse(line));
  clearInterval(timer);
  clients.end("close", Infinity);
  return 0;
}

function obey(clients: DrivenClients, command: CrowdCommand): void {
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
