import type { SocketKind } from "../../servers/context/protocol.ts";
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
  /** Flags with which it can wait without using the CPU. */
  readonly idleFlags?: readonly string[];
}

const spareFlags = (count: number) => ["--spare", String(count)];

interface Promises extends Omit<ModelUnderTest, "args"> {
  /** The only kind of sockets that it serves on, if there is one. */
  readonly only?: SocketKind;
}

const ALL: readonly Promises[] = [
  { name: "blocking", isSerial: true, servesAtOnce: 1 },
  { name: "process", spareFlags, isLimited: true },
  { name: "thread", spareFlags, isLimited: true },
  { name: "threadpool", servesAtOnce: 8 },
  { name: "nonblocking", idleFlags: ["--pause", "20"] },
  { name: "select" },
  { name: "select-queue" },
  { name: "poll" },
  { name: "epoll" },
  { name: "uring", only: "libc" },
  { name: "coroutine", idleFlags: ["--pause", "20"] },
  { name: "greenlet" },
  { name: "gevent" },
  { name: "async", only: "deno" },
];

/**
 * The compiled file starts threads and children in another way than the source, and on an older Deno. On
 * the system's own calls, these models depend on that; the others depend on what the source is tested for.
 */
const COMPILED_ON_LIBC: readonly string[] = [
  ...["process", "thread", "threadpool", "epoll", "uring", "gevent"],
];

function isTested({ name, only }: Promises, kind: SocketKind): boolean {
  if (only !== undefined && only !== kind) return false;
  if (kind === "deno") return true;
  return hasSystemCalls() && (!Deno.env.has("PLAYGROUND_BIN") || COMPILED_ON_LIBC.includes(name));
}

/** Every model on every socket kind, each to be held to the same promises. */
export const MODELS: readonly ModelUnderTest[] = ALL.flatMap((model) => [
  ...(isTested(model, "deno") ? [{ ...model, args: [model.name] }] : []),
  ...(isTested(model, "libc")
    ? [{
      ...model,
      // A forked child is there within a millisecond, so none is made ahead.
      spareFlags: model.name === "process" ? undefined : model.spareFlags,
      name: `${model.name} on libc`,
      args: [model.name, "--sockets", "libc"],
    }]
    : []),
]);
