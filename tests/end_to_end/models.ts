/** What the tests must know of each model to know what to expect of it. */
export interface ModelUnderTest {
  readonly name: string;
  /** Whether it serves one client after another. */
  readonly isSerial?: boolean;
  /** How many it serves at once, if that has a limit of its own. */
  readonly servesAtOnce?: number;
  /** Flags that make a servant ready for each of so many clients. */
  spareFlags?(count: number): string[];
  /** Flags with which it can wait without using the CPU. */
  readonly idleFlags?: readonly string[];
}

const spareFlags = (count: number) => ["--spare", String(count)];

/** Every model, each to be held to the same promises. */
export const MODELS: readonly ModelUnderTest[] = [
  { name: "blocking", isSerial: true, servesAtOnce: 1 },
  { name: "process", spareFlags },
  { name: "thread", spareFlags },
  { name: "threadpool", servesAtOnce: 8 },
  { name: "nonblocking", idleFlags: ["--pause", "20"] },
  { name: "select" },
  { name: "select-queue" },
  { name: "epoll" },
  { name: "async" },
];
