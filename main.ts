import type { Commands } from "./cli/command.ts";
import config from "./deno.json" with { type: "json" };

const commands: Commands = {
  models: async () => (await import("./servers/commands/models.ts")).modelsCommand,
  explain: async () => (await import("./servers/commands/explain.ts")).explainCommand,
  serve: async () => (await import("./servers/commands/serve.ts")).serveCommand,
  flood: async () => (await import("./clients/flood/command.ts")).floodCommand,
  merge: async () => (await import("./clients/merge/command.ts")).mergeCommand,
  sweep: async () => (await import("./clients/sweep/command.ts")).sweepCommand,
  learn: async () => (await import("./clients/learn/command.ts")).learnCommand,
  watch: async () => (await import("./clients/watch/command.ts")).watchCommand,
  replay: async () => (await import("./clients/watch/replay_command.ts")).replayCommand,
  race: async () => (await import("./clients/race/command.ts")).raceCommand,
  compare: async () => (await import("./clients/compare/command.ts")).compareCommand,
  demo: async () => (await import("./clients/demo/command.ts")).demoCommand,
  connect: async () => (await import("./clients/connect/command.ts")).connectCommand,
  download: async () => (await import("./clients/download/command.ts")).downloadCommand,
  lab: async () => (await import("./clients/lab/command.ts")).labCommand,
};

/** Not for people: the executable starts itself again in these roles. Each loads no more than it needs. */
const roles: Readonly<Record<string, (json: string) => Promise<number>>> = {
  "--serve-one-client": async (json) =>
    await (await import("./servers/workers/child_role.ts")).serveOneClient(json),
  "--serve-by-forking": async (json) =>
    await (await import("./servers/runtime/forking_role.ts")).serveByForking(json),
  "--synthetic-clients": async (json) =>
    await (await import("./clients/watch/synthetic_clients_role.ts")).runSyntheticClients(json),
  "--lab-role": async (word) => await (await import("./clients/lab/lab_role.ts")).playLabRole(word),
};

const [first, json] = Deno.args;
if (Object.hasOwn(roles, first)) Deno.exit(await roles[first](json));
const { runCommand } = await import("./cli/command.ts");
const { printWithoutBlocking } = await import("./cli/output.ts");
printWithoutBlocking();
Deno.exit(await runCommand(commands, config.version, Deno.args));
