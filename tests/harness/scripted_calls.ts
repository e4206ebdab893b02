import {
  createDescriptorMemory,
  DescriptorTable,
} from "../../servers/sockets/libc/descriptor_table.ts";
import type { ListenOptions } from "../../servers/sockets/interface.ts";
import { LibcSockets } from "../../servers/sockets/libc/sockets.ts";
import {
  hasSystemCalls,
  type SystemCalls,
  systemCalls,
} from "../../servers/system/system_calls.ts";
import { assert } from "./assert.ts";
import { Setting } from "./sockets.ts";
import { test } from "./test.ts";
import { YieldingLibcSockets } from "./yielding_libc_sockets.ts";

type CallName = keyof SystemCalls;

const DESCRIPTORS = 65_536;

const madeByAll = new Float64Array(1);
/** Opened before any test, because a test that opens a library is expected to close it. */
const real = hasSystemCalls() ? systemCalls(madeByAll) : undefined;

/** The system's calls, except that the next ones can be told what to give instead of being made. */
export class ScriptedCalls {
  readonly calls: SystemCalls;
  /** The most that one `send` takes, and one `recv` gives. */
  maxBytes = Infinity;
  /** Done before the next `epoll_wait`. */
  beforeEpollWait: () => void = () => {};
  readonly #scripts = new Map<CallName, number[]>();
  readonly #made = new Map<CallName, number>();

  constructor(real: SystemCalls) {
    const next = (name: CallName) => this.#next(name);
    const size = (sizeBytes: number) => Math.min(sizeBytes, this.maxBytes);
    this.calls = {
      ...real,
      accept4: (...args) => next("accept4") ?? real.accept4(...args),
      recv: (fd, buffer, bytes, flags) => next("recv") ?? real.recv(fd, buffer, size(bytes), flags),
      send: (fd, buffer, bytes, flags) => next("send") ?? real.send(fd, buffer, size(bytes), flags),
      close: (fd) => next("close") ?? real.close(fd),
      select: (...args) => next("select") ?? real.select(...args),
      poll: (...args) => next("poll") ?? real.poll(...args),
      epoll_wait: (...args) => {
        this.beforeEpollWait();
        return next("epoll_wait") ?? real.epoll_wait(...args);
      },
    };
  }

  /** Real calls of any name. */
  get madeByAll(): number {
    return madeByAll[0];
  }

  /** How often a call was asked for, made or not. */
  asked(name: CallName): number {
    return this.#made.get(name) ?? 0;
  }

  /** The next calls of this name give `results` one after another, and are not made. */
  script(name: CallName, ...results: number[]): void {
    this.#scripts.set(name, results);
  }

  #next(name: CallName): number | undefined {
    this.#made.set(name, this.asked(name) + 1);
    return this.#scripts.get(name)?.shift();
  }
}

/** Registers a test of libc sockets whose readiness calls and `accept` leave the thread to clients. */
export function testScripted(
  name: string,
  fn: (setting: Setting, script: ScriptedCalls) => Promise<void>,
  { waits = false, ...options }: Partial<ListenOptions> & {
    /** Readiness calls and `accept` wait in the system, as a server's do. */
    waits?: boolean;
  } = {},
): void {
  test(`libc: ${name}`, async () => {
    assert(real !== undefined);
    const script = new ScriptedCalls(real);
    await using setting = new Setting((observer, recvSizeBytes) => {
      if (!waits) return new YieldingLibcSockets(observer, recvSizeBytes, script.calls);
      const table = new DescriptorTable(createDescriptorMemory(DESCRIPTORS));
      return new LibcSockets(observer, table, recvSizeBytes, script.calls);
    }, options);
    await fn(setting, script);
  }, { ignore: real === undefined });
}
