/**
 * The main job in one command: a select server, flooded with 1,000 connections for 3 seconds.
 *
 * @module
 */

import { commandFromSource } from "./from_source.ts";
import { TextLineStream } from "./text_lines.ts";

const FLOOD = ["flood", "--conns", "1000", "--duration", "3s"];

function playground(args: readonly string[], options: Deno.CommandOptions): Deno.Command {
  console.log(`$ playground ${args.join(" ")}`);
  const [program, programArgs] = commandFromSource(args);
  return new Deno.Command(program, { ...options, args: programArgs });
}

const server = playground(["serve", "select", "--quiet", "--port", "0"], {
  stdin: "null",
  stdout: "piped",
}).spawn();
const lines = server.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
let code = 1;
for await (const line of lines) {
  console.log(line);
  const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]; // in whatever language
  if (port === undefined) continue;
  code = (await playground([...FLOOD, "--port", port], {}).spawn().status).code;
  server.kill("SIGINT");
}
const { success } = await server.status;
Deno.exit(success ? code : 1);
