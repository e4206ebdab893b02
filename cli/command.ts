/**
 * What a command is, and how the typed one is found, explained and run.
 *
 * @module
 */

import { OutOfThreadsError, RefusedError, UsageError } from "./errors.ts";
import type { Flags } from "./flags.ts";
import { detectLanguage, type Language, LANGUAGES } from "./language.ts";
import { type CommandName, loadMessages, type Messages } from "./messages.ts";
import { finishPrinting, standardError, standardOutput } from "./output.ts";
import type { ParsedArguments } from "./parse_flags.ts";

/** The input of a command. */
export interface Invocation<Some extends Flags> extends ParsedArguments<Some> {
  readonly messages: Messages;
  readonly language: Language;
}

/** A command of the executable. */
export interface Command<Some extends Flags = Flags> {
  readonly flags: Some;
  /** How many words it takes besides its flags; `choices`, if the first must be one of these. */
  readonly words: {
    readonly min: number;
    readonly max: number;
    readonly choices?: readonly string[];
  };
  /**
   * @returns the exit status
   * @throws {UsageError} for what was typed wrong
   * @throws {RefusedError} for what the machine refused
   */
  run(invocation: Invocation<Some>): Promise<number>;
}

/** The commands by name. Each is loaded only when somebody runs it. */
export type Commands = Readonly<Record<CommandName, () => Promise<Command>>>;

/**
 * Gives a command with its own flags the common type of all commands.
 * @example
 * ```ts
 * import { onOff } from "./flags.ts";
 *
 * defineCommand({
 *   flags: { json: onOff() },
 *   words: { min: 0, max: 0 },
 *   run: ({ flags }) => Promise.resolve(flags.json ? 0 : 1),
 * });
 * ```
 */
export function defineCommand<Some extends Flags>(command: Command<Some>): Command {
  // Sound, because run() is only ever called with what its own flags were parsed to.
  return command as unknown as Command;
}

/**
 * Runs the command that `args` names, and prints the line of an error that it throws.
 *
 * @param version what `--version` prints
 * @param args what was typed after the name of the program
 * @returns the exit status: 2 for what was typed wrong, 1 for what the machine refused, and 3 for a
 *   promise that was broken
 * @throws whatever else a command throws: a fault of the program
 * @example
 * ```ts ignore
 * Deno.exitCode = await runCommand(COMMANDS, "1.2.3", Deno.args);
 * ```
 */
export async function runCommand(
  commands: Commands,
  version: string,
  args: readonly string[],
): Promise<number> {
  const { language, rest, wrong } = takeLanguage(args);
  const messages = await loadMessages(language);
  standardOutput.onFailed = async (error) => {
    const { systemReason } = await import("./system_reason.ts"); // which hardly anybody ever needs
    standardError.print(messages.outputLost(systemReason(error, messages)));
  };
  const status = await statusOf(messages, async () => {
    if (wrong !== undefined) {
      const { closest } = await import("./closest.ts");
      const nearest = closest(wrong, LANGUAGES);
      const wanted = messages.flags.wantsOneOf(LANGUAGES);
      if (wrong === "") throw new UsageError(messages.flags.valueMissing("--lang", wanted));
      throw new UsageError(messages.flags.wrongValue("--lang", wrong, wanted, nearest));
    }
    return await dispatch(commands, version, rest, messages, language);
  });
  return await finishPrinting(status);
}

/** The message of an error for people; with `PLAYGROUND_DEBUG=1`, the place that threw it follows. */
function withStack({ message, stack = message }: Error): string {
  return Deno.env.get("PLAYGROUND_DEBUG") === "1" ? stack.replace(/^\w+: /, "") : message;
}

/** Runs `run`, and turns an error for people into its line. @returns the exit status */
async function statusOf(messages: Messages, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (thrown) {
    const error = thrown instanceof OutOfThreadsError
      ? new RefusedError(messages.outOfThreads(thrown.message))
      : thrown;
    if (!(error instanceof UsageError || error instanceof RefusedError)) throw error;
    console.error(withStack(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch(
  commands: Commands,
  version: string,
  [name, ...args]: readonly string[],
  messages: Messages,
  language: Language,
): Promise<number> {
  if (name === "help" && args.length > 0) {
    return await dispatch(commands, version, [...args, "--help"], messages, language);
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const [{ overview }, { pageColumns }] = await loadHelp();
    console.log(overview(messages, version, pageColumns()));
    return 0;
  }
  if (name === "--version" || name === "-V" || name === "version") {
    console.log(`playground ${version}`);
    return 0;
  }
  if (!isCommandName(commands, name)) {
    throw await unknownWord(name, Object.keys(commands), messages);
  }
  const command = await commands[name]();
  if (args.some((argument) => argument === "--help" || argument === "-h")) {
    const [{ commandHelp }, { pageColumns }] = await loadHelp();
    console.log(commandHelp(name, command.flags, messages, pageColumns()));
    return 0;
  }
  const { parseFlags } = await import("./parse_flags.ts"); // which neither help nor the version needs
  const parsed = parseFlags(args, command.flags, messages);
  checkWords(name, command, parsed.words, messages);
  return await command.run({ ...parsed, messages, language });
}

/** The code of the help is loaded only where somebody asks for it. */
function loadHelp() {
  return Promise.all([import("./help.ts"), import("./wrap.ts")]);
}

async function unknownWord(
  typed: string,
  commands: string[],
  messages: Messages,
): Promise<UsageError> {
  const { closest } = await import("./closest.ts");
  return new UsageError(
    typed.startsWith("-")
      ? messages.flags.unknown(typed, closest(typed, ["--help", "--version", "--lang"]))
      : messages.flags.unknownCommand(typed, closest(typed, [...commands, "help", "version"])),
  );
}

function isCommandName(commands: Commands, name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

function checkWords(
  name: CommandName,
  { words }: Command,
  typed: readonly string[],
  messages: Messages,
): void {
  const { usage } = messages.commands[name];
  if (typed.length < words.min) {
    throw new UsageError(messages.flags.tooFewWords(usage, words.choices ?? []));
  }
  if (typed.length > words.max) {
    throw new UsageError(messages.flags.tooManyWords(typed[words.max], usage));
  }
}

/** Takes `--lang` out of the arguments: every command has it, and even errors depend on it. */
function takeLanguage(
  args: readonly string[],
): { language: Language; rest: string[]; wrong?: string } {
  const rest: string[] = [];
  let typed: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--lang") typed = args[++i] ?? "";
    else if (args[i].startsWith("--lang=")) typed = args[i].slice("--lang=".length);
    else rest.push(args[i]);
  }
  const language = LANGUAGES.find((one) => one === typed);
  const fallback = detectLanguage();
  if (typed !== undefined && language === undefined) {
    return { language: fallback, rest, wrong: typed };
  }
  return { language: language ?? fallback, rest };
}
