import { hasSystemCalls } from "../../servers/system/system_calls.ts";

/** What the tests must know of each model to know what to expect of it. */
export interface ModelUnderTest {
  /** What the tests call it: the model, and the socket kind if it is not the default. */
  readonly name: string;
  /** The words after `serve` that choose it. */
  readonly args: readonly string[];
  /** Whether it serves one client after another. */
  readonly isSerial?: boolean;
  /** How many it serves at once, if that has a limit of its own. */
  readonly servesAtOnce?: number;
  /** Flags that make a worker ready for each of so many clients. */
  spareFlags?(count: number): string[];
  /** Whether the number of clients is limited beforehand, because each costs more than a descriptor. */
  readonly isLimited?: boolean;
  /** Whether no handler with an event loop can be served, since children are forked beforehand. */
  readonly isPreforked?: boolean;
  /** Whether a client waits in one of several backlogs, and others that came later may go first. */
  readonly hasSeveralBacklogs?: boolean;
}

/** What polls leaves the processor to other tests: most of them wait for something. */
const PAUSE = ["--pause", "5"];

const spareFlags = (count: number) => ["--spare", String(count)];

interface Promises extends Omit<ModelUnderTest, "args"> {
  /** The socket kinds that it serves on, if not both. */
  readonly sockets?: readonly string[];
  /** The flags that it is tested with. */
  readonly flags?: readonly string[];
}

const ALL: readonly Promises[] = [
  { name: "blocking", isSerial: true, servesAtOnce: 1 },
  { name: "process", spareFlags, isLimited: true },
  { name: "thread", spareFlags, isLimited: true },
  { name: "threadpool", servesAtOnce: 8 },
  {
    ...{ name: "prefork", sockets: ["libc"], isPreforked: true, servesAtOnce: 8 },
    flags: ["--workers", "8"],
  },
  { name: "prethread", sockets: ["libc"], servesAtOnce: 8, flags: ["--workers", "8"] },
  { name: "nonblocking", flags: PAUSE },
  { name: "select" },
  { name: "select-queue" },
  { name: "poll" },
  { name: "epoll" },
  { name: "reuseport", hasSeveralBacklogs: true },
  { name: "workers", sockets: ["libc"], isPreforked: true, flags: ["--workers", "2"] },
  { name: "reactors", sockets: ["libc"] },
  { name: "leader-followers", sockets: ["libc"], flags: ["--workers", "8"] },
  { name: "offload" },
  { name: "pipeline", sockets: ["libc"] },
  { name: "uring", sockets: ["libc"] },
  { name: "coroutine", flags: PAUSE },
  { name: "greenlet" },
  { name: "gevent" },
  { name: "async", sockets: ["deno"] },
];

/**
 * The compiled file starts threads and children in another way than the source, and on an older Deno.
 * These models depend on that; the others depend on what the source is tested for.
 */
const COMPILED: Readonly<Record<"deno" | "libc", readonly string[]>> = {
  deno: ["process", "thread", "threadpool", "epoll", "reuseport", "offload", "gevent", "async"],
  libc: [
    ...["process", "thread", "threadpool", "prefork"],
    ...["epoll", "workers", "reactors", "offload", "uring", "gevent"],
  ],
};

function on(kind: "deno" | "libc"): Promises[] {
  const isCompiled = Deno.env.has("PLAYGROUND_BIN");
  return ALL.filter(({ name, sockets = ["deno", "libc"] }) =>
    sockets.includes(kind) && (!isCompiled || COMPILED[kind].includes(name))
  );
}

const ON_LIBC = hasSystemCalls() ? on("libc") : [];

/** The names of all models, in the order of the registry. */
export const NAMES = ALL.map(({ name }) => name);

/** Every model on every socket kind, each to be held to the same promises. */
export const MODELS: readonly ModelUnderTest[] = [
  ...on("deno").map((model) => ({ ...model, args: [model.name, ...model.flags ?? []] })),
  ...ON_LIBC.map((model) => ({
    ...model,
    // A forked child is there within a millisecond, so none is made ahead.
    spareFlags: model.name === "process" ? undefined : model.spareFlags,
    name: `${model.name} on libc`,
    args: [model.name, ...model.flags ?? [], "--sockets", "libc"],
  })),
];

/** The same, without the pause of a model that polls: as people start it. */
export function withoutPause(model: ModelUnderTest): ModelUnderTest {
  return { ...model, args: model.args.filter((word) => !PAUSE.includes(word)) };
}
