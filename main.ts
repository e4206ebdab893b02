import { type Commands, runCommand } from "./cli/command.ts";
import { printWithoutBlocking } from "./cli/output.ts";
import config from "./deno.json" with { type: "json" };

const commands: Commands = {
  models: async () => (await import("./servers/commands/models.ts")).modelsCommand,
  explain: async () => (await import("./servers/commands/explain.ts")).explainCommand,
  serve: async () => (await import("./servers/commands/serve.ts")).serveCommand,
  flood: async () => (await import("./clients/flood/command.ts")).floodCommand,
  watch: async () => (await import("./clients/watch/command.ts")).watchCommand,
  replay: async () => (await import("./clients/watch/replay_command.ts")).replayCommand,
  race: async () => (await import("./clients/race/command.ts")).raceCommand,
  demo: async () => (await import("./clients/demo/command.ts")).demoCommand,
  connect: async () => (await import("./clients/connect/command.ts")).connectCommand,
  download: async () => (await import("./clients/download/command.ts")).downloadCommand,
  lab: async () => (await import("./clients/lab/command.ts")).labCommand,
};

if (Deno.args[0] === "--serve-one-client") {
  // Not for people: a child of the process model, see servers/workers/child_role.ts.
  const { serveOneClient } = await import("./servers/workers/child_role.ts");
  Deno.exit(await serveOneClient(Deno.args[1]));
} else if (Deno.args[0] === "--synthetic-clients") {
  // Nor this: the clients of a live view, see clients/watch/synthetic_clients_role.ts.
  const { runSyntheticClients } = await import("./clients/watch/synthetic_clients_role.ts");
  Deno.exit(await runSyntheticClients(Deno.args[1]));
} else if (Deno.args[0] === "--lab-role") {
  // Nor this: what an experiment does in a process of its own, see clients/lab/lab_role.ts.
  const { playLabRole } = await import("./clients/lab/lab_role.ts");
  Deno.exit(await playLabRole(Deno.args[1]));
} else {
  printWithoutBlocking();
  Deno.exit(await runCommand(commands, config.version, Deno.args));
}
