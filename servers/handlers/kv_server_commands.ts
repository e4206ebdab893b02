import { type KvCommand, textOf } from "./kv_command.ts";
import { KV_COMMANDS } from "./kv_commands.ts";
import { type Answer, OK } from "./resp.ts";

const encoder = new TextEncoder();

/** What clients ask of the server itself, by name. */
export const KV_SERVER_COMMANDS: Readonly<Record<string, KvCommand>> = {
  ping: { arity: -1, run: ([text]) => text ?? { status: "PONG" } },
  echo: { arity: 2, run: ([text]) => text },
  quit: { arity: -1, closes: true, run: () => OK },
  select: {
    arity: 2,
    run: ([index]) => {
      const text = textOf(index);
      if (!/^-?\d{1,10}$/.test(text)) {
        return { error: "ERR value is not an integer or out of range" };
      }
      return Number(text) === 0 ? OK : { error: "ERR DB index is out of range" };
    },
  },
  command: { arity: -1, run: ([sub]) => describeCommands(sub === undefined ? "" : textOf(sub)) },
  client: { arity: -2, run: ([sub], { id }) => client(textOf(sub), id) },
  config: {
    arity: -2,
    run: ([sub]) => /^get$/i.test(textOf(sub)) ? [] : unknownPart("CONFIG", textOf(sub)),
  },
  hello: { arity: -1, run: ([version], { id }) => hello(version, id) },
  info: {
    arity: -1,
    run: (_, { store }) => {
      const keys = store().count();
      const space = keys === 0 ? "" : `db0:keys=${keys},expires=0,avg_ttl=0\r\n`;
      return encoder.encode(`# Server\r\nredis_mode:standalone\r\n\r\n# Keyspace\r\n${space}`);
    },
  },
};

/**
 * The command of a name, in lower case.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(findCommand("get")?.arity, 2);
 * assertEquals(findCommand("toString"), undefined);
 * ```
 */
export function findCommand(name: string): KvCommand | undefined {
  for (const commands of [KV_COMMANDS, KV_SERVER_COMMANDS]) {
    if (Object.hasOwn(commands, name)) return commands[name];
  }
  return undefined;
}

/** The first and the last key among the words, and the step between them. */
const KEYS = { none: [0, 0, 0], first: [1, 1, 1], all: [1, -1, 1], "every other": [1, -1, 2] };

function describeCommands(part: string): Answer {
  const all = Object.entries({ ...KV_COMMANDS, ...KV_SERVER_COMMANDS });
  switch (part.toUpperCase()) {
    case "":
      return all.map(([name, { arity, writes, keys }]) => {
        const flags: Answer[] = keys === undefined
          ? []
          : [{ status: writes ? "write" : "readonly" }];
        return [encoder.encode(name), arity, flags, ...KEYS[keys ?? "none"]];
      });
    case "COUNT":
      return all.length;
    case "LIST":
      return all.map(([name]) => encoder.encode(name));
    case "DOCS": // redis-cli then completes by what it knows itself
      return [];
    default:
      return unknownPart("COMMAND", part);
  }
}

function client(part: string, id: number): Answer {
  switch (part.toUpperCase()) {
    case "ID":
      return id;
    case "GETNAME":
      return null;
    case "SETNAME": // names are for CLIENT LIST, which is not here
    case "SETINFO":
    case "NO-EVICT":
    case "NO-TOUCH":
      return OK;
    default:
      return unknownPart("CLIENT", part);
  }
}

function hello(version: Uint8Array | undefined, id: number): Answer {
  if (version !== undefined && textOf(version) !== "2") {
    return { error: "NOPROTO unsupported protocol version" };
  }
  const text = (value: string) => encoder.encode(value);
  return [
    ...[text("server"), text("redis"), text("proto"), 2, text("id"), id],
    ...[text("mode"), text("standalone"), text("role"), text("master"), text("modules"), []],
  ];
}

function unknownPart(command: string, part: string): Answer {
  return { error: `ERR unknown subcommand '${part.slice(0, 128)}'. Try ${command} HELP.` };
}
