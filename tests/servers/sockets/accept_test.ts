/**
 * Accepting on Deno's sockets when it fails: whom that delays, and how often it is tried again.
 *
 * @module
 */

import { DenoSockets } from "../../../servers/sockets/deno/sockets.ts";
import { assertEquals } from "../../harness/assert.ts";
import { canReset } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { Setting, testEachKind } from "../../harness/sockets.ts";
import { test } from "../../harness/test.ts";

testEachKind(
  "clients that reset before they are accepted do not delay the next",
  async (setting) => {
    for (let i = 0; i < 5; i++) {
      const socket = await setting.clientThatResets();
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.resetAndDestroy();
      await closed;
    }
    const last = await setting.connect();
    while ((await setting.listener.accept())?.peer.port !== last.localAddr.port);
    // Each rest but that for want of descriptors is told, so there was none.
    const told = setting.notes.lines.filter((line) => !/^(accepted|reset|closed) \d$/.test(line));
    assertEquals(told, []);
  },
  { ignore: !canReset },
);

/** Has the next accepts of a listener of Deno's fail, and counts those that are under way. */
class Script {
  /** The codes of the errors. */
  readonly codes: string[] = [];
  asked = 0;
  maxAtOnce = 0;
  #pending = 0;
  #onAsked: () => void = () => {};

  /** Makes `listener` follow this script. */
  direct(listener: Deno.TcpListener): Deno.TcpListener {
    const accept = listener.accept.bind(listener);
    listener.accept = async () => {
      this.asked++;
      this.maxAtOnce = Math.max(this.maxAtOnce, ++this.#pending);
      this.#onAsked();
      try {
        const code = this.codes.shift();
        if (code !== undefined) throw Object.assign(new Error(code), { code });
        return await accept();
      } finally {
        this.#pending--;
      }
    };
    return listener;
  }

  /** Waits until it was asked `count` times. */
  async askedTimes(count: number): Promise<void> {
    while (this.asked < count) await new Promise<void>((resolve) => this.#onAsked = resolve);
  }
}

/** Registers a test of Deno's sockets, whose listener follows a script. */
function testScripted(
  name: string,
  fn: (setting: Setting, script: Script) => Promise<void>,
): void {
  test(`deno: ${name}`, async () => {
    const { listen } = Deno;
    const script = new Script();
    Reflect.set(Deno, "listen", (options: Deno.TcpListenOptions) => script.direct(listen(options)));
    try {
      await using setting = new Setting((observer) => new DenoSockets(observer));
      await fn(setting, script);
    } finally {
      Reflect.set(Deno, "listen", listen);
    }
  });
}

for (
  const code of [
    "ECONNABORTED",
    "ENOTCONN",
    "ENETDOWN",
    "EPROTO",
    "ENOPROTOOPT",
    "EHOSTDOWN",
    "ENONET",
    "EHOSTUNREACH",
    "EOPNOTSUPP",
    "ENETUNREACH",
  ]
) {
  testScripted(
    `${code} belongs to one client, and the next is accepted`,
    async (setting, script) => {
      script.codes.push(code, code);
      await setting.pair();
      assertEquals(setting.notes.lines, ["accepted 1"]);
    },
  );
}

testScripted("one accept at a time, however often it has failed", async (setting, script) => {
  const pairs = [await setting.pair(), await setting.pair(), await setting.pair()];
  // Each fails in its turn: the first is tried again when its time is over, the next two when a
  // connection has ended.
  script.codes.push("EMFILE", "EMFILE", "EMFILE");
  const next = setting.listener.accept();
  await script.askedTimes(5);
  for (const { client, connection } of pairs) {
    client.close();
    connection.close();
    while (setting.sockets.connections.has(connection)) await setting.sockets.pause(0);
  }
  await setting.connect();
  assertEquals((await next)?.id, 4);
  const { client, connection } = await setting.pair();
  client.close();
  connection.close();
  while (setting.sockets.connections.has(connection)) await setting.sockets.pause(0);
  assertEquals(script.maxAtOnce, 1);
  assertEquals(script.asked, 8);
  assertEquals(setting.notes.lines.filter((line) => !/^(accepted|closed) \d$/.test(line)), [
    "out of descriptors",
  ]);
});

testScripted("what is not foreseen is told, and rests", async (setting, script) => {
  const { client, connection } = await setting.pair();
  script.codes.push("ENOBUFS");
  const next = setting.listener.accept();
  await script.askedTimes(2);
  await setting.connect();
  await setting.sockets.pause(0);
  assertEquals(script.asked, 2);
  client.close();
  connection.close();
  assertEquals((await next)?.id, 2);
  assertEquals(setting.notes.lines, ["accepted 1", "ENOBUFS", "closed 1", "accepted 2"]);
});
