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
  /** Flags with which it can wait without using the CPU. */
  readonly idleFlags?: readonly string[];
}

const spareFlags = (count: number) => ["--spare", String(count)];

type Promises = Omit<ModelUnderTest, "args">;

const ON_DENO: readonly Promises[] = [
  { name: "blocking", isSerial: true, servesAtOnce: 1 },
  { name: "process", spareFlags, isLimited: true },
  { name: "thread", spareFlags, isLimited: true },
  { name: "threadpool", servesAtOnce: 8 },
  { name: "nonblocking", idleFlags: ["--pause", "20"] },
  { name: "select" },
  { name: "select-queue" },
  { name: "poll" },
  { name: "epoll" },
  { name: "coroutine", idleFlags: ["--pause", "20"] },
  { name: "greenlet" },
  { name: "gevent" },
  { name: "async" },
];

/**
 * The compiled file starts threads and children in another way than the source, and on an older Deno. On
 * the system's own calls, these models depend on that; the others depend on what the source is tested for.
 */
const COMPILED_ON_LIBC: readonly string[] = [
  ...["process", "thread", "threadpool", "prefork", "epoll", "workers", "gevent"],
];

/** Whether a model on the system's own calls is tested where these tests run. */
function isTested(name: string): boolean {
  return !Deno.env.has("PLAYGROUND_BIN") || COMPILED_ON_LIBC.includes(name);
}

/** Models that serve on the system's own calls only, with the flags that choose how. */
const ONLY_ON_LIBC: readonly (Promises & { readonly args: readonly string[] })[] = [
  { name: "prefork", servesAtOnce: 8, args: ["prefork", "--workers", "8"] },
  {
    name: "prefork --accept pass",
    servesAtOnce: 8,
    args: ["prefork", "--workers", "8", "--accept", "pass"],
  },
  { name: "workers", args: ["workers", "--workers", "2"] },
  { name: "workers --wake exclusive", args: ["workers", "--workers", "2", "--wake", "exclusive"] },
];

/** The models that serve on the system's own calls as well, where there are any. */
const ON_LIBC: readonly Promises[] = hasSystemCalls()
  ? ON_DENO.filter(({ name }) => name !== "async" && isTested(name))
  : [];

/** Every model on every socket kind, each to be held to the same promises. */
export const MODELS: readonly ModelUnderTest[] = [
  ...ON_DENO.map((model) => ({ ...model, args: [model.name] })),
  ...ON_LIBC.map((model) => ({
    ...model,
    // A forked child is there within a millisecond, so none is made ahead.
    spareFlags: model.name === "process" ? undefined : model.spareFlags,
    name: `${model.name} on libc`,
    args: [model.name, "--sockets", "libc"],
  })),
  ...ONLY_ON_LIBC.filter(({ name }) => hasSystemCalls() && isTested(name)).map((model) => ({
    ...model,
    isPreforked: true,
    name: `${model.name} on libc`,
    args: [...model.args, "--sockets", "libc"],
  })),
];
