import { count, didYouMean, list } from "./words.ts";

/** The general help, in English. */
export const enHelp = {
  tagline: "every classic way to serve many TCP clients at once: run it, flood it, watch it",
  usage: "Usage",
  usageWords: "<command> [flags]",
  start: [
    "Start with two terminals:",
    "  playground serve select",
    "  playground flood --conns 1000",
    "",
    "More: playground <command> --help, playground explain <model>",
  ],
  lang: "language of all messages (from LC_ALL, LC_MESSAGES or LANG)",
  help: "show this help",
};

/** The flags that several commands have, in English. */
export const enSharedFlags = {
  host: "address",
  port: "port",
  json: "print JSON for programs",
  expect: 'a promise, such as "p99 < 50ms" or "lost = 0"; if it is broken, exit status 3',
};

/** Answers to what was typed wrong, in English. */
export const enFlags = {
  unknown: (typed: string, nearest: string | null) =>
    `unknown flag ${typed}${didYouMean(nearest)} (--help lists them)`,
  unknownCommand: (typed: string, nearest: string | null) =>
    `unknown command ${typed}${didYouMean(nearest)} (playground --help lists them)`,
  unknownModel: (typed: string, nearest: string | null) =>
    `unknown model ${typed}${didYouMean(nearest)} (playground models lists them)`,
  unknownDemo: (typed: string, nearest: string | null, names: readonly string[]) =>
    `unknown demo ${typed}${didYouMean(nearest)} (there are ${list(names)})`,
  wrongValue: (flag: string, value: string, wanted: string, nearest: string | null) =>
    `${flag} ${value}: ${wanted}${didYouMean(nearest)}`,
  valueMissing: (flag: string, wanted: string) => `${flag} needs a value: ${wanted}`,
  tooFewWords: (usage: string, choices: readonly string[]) =>
    `missing argument; usage: playground ${usage}` +
    (choices.length === 0 ? "" : ` (one of: ${choices.join(", ")})`),
  tooManyWords: (word: string, usage: string) =>
    `unexpected argument ${word}; usage: playground ${usage}`,
  notForModel: (flag: string, model: string, models: readonly string[]) =>
    `${flag} has no effect with ${model}; it is for ${list(models)}`,
  libcNotHere: "--sockets libc needs Linux on x86-64 or arm64; omit it to use Deno's own sockets",
  onlyWith: (flag: string, other: string) => `${flag} has no effect without ${other}`,
  notTogether: (one: string, other: string) => `${one} and ${other} cannot be used together`,
  sameFile: (one: string, other: string, path: string) =>
    `${one} and ${other} both name ${path}; give each a file of its own`,
  cannotWrite: (flag: string, path: string, reason: string) => `${flag} ${path}: ${reason}`,
  noEffectWith: (flag: string, other: string) =>
    `${flag} has no effect with ${other}; omit one of them`,
  quoteNotClosed: (flag: string, value: string) => `${flag} ${value}: a closing quote is missing`,
  wantsNothing: "it is on or off, and takes no other value",
  wantsText: "it takes text",
  wantsInteger: (min: number, max: number) =>
    max === Infinity
      ? `it takes a whole number from ${count(min)} up`
      : `it takes a whole number from ${min} to ${max}`,
  wantsDuration: (unit: "ms" | "s", minMs: number, maxHours: number) =>
    `it takes a duration from ${
      minMs === 0 ? 0 : `${minMs}ms`
    } to ${maxHours}h, such as 500ms, 1.5s, 2m or 1h ` +
    `(a bare number is ${unit === "ms" ? "milliseconds" : "seconds"})`,
  wantsTime: "it takes +5s for five seconds from now, a time such as 14:30:00, or " +
    "a date and time such as 2030-01-31T14:30:00Z",
  wantsOneOf: (words: readonly string[]) => `it takes ${words.join(" or ")}`,
  wantsSomeOf: (words: readonly string[]) =>
    `it takes ${words.join(" or ")}, or several separated by commas`,
  twoAddresses: (readings: readonly string[]) => `did you mean ${readings.join(" or ")}?`,
  wantsAddress: "an address looks like 127.0.0.1:7788, [::1]:7788, localhost or 7788",
};

/** Why the system has refused something, in English. */
export const enSystem = {
  hostUnknown: "no such host",
  notCapable: "Deno opens it only for a program with all permissions",
  reasons: {
    EACCES: "permission denied",
    EPERM: "permission denied",
    ENOENT: "no such file or directory",
    ENOTDIR: "part of the path is not a directory",
    EISDIR: "it is a directory",
    EEXIST: "it already exists",
    ENAMETOOLONG: "the name is too long",
    EROFS: "the file system is read-only",
    ENOSPC: "the disk is full",
    ENXIO: "it has no reader (start the reader first)",
    EFBIG: "the file is too large (see ulimit -f)",
    EMFILE: "too many open files (raise the limit with ulimit -n)",
    ECONNREFUSED: "nothing is listening there",
    ECONNRESET: "the connection was reset",
    EPIPE: "the other side no longer reads",
    ETIMEDOUT: "no answer in time",
    EHOSTUNREACH: "the host cannot be reached",
    ENETUNREACH: "the network cannot be reached",
    EADDRNOTAVAIL: "no local port is left for it, or this machine does not have that address",
  },
};
