/**
 * What lies under the libc sockets: the calls themselves, addresses, and sets of descriptors.
 *
 * @module
 */

import { constants } from "node:os";
import { descriptorLimit } from "../../../servers/system/descriptor_limit.ts";
import { DescriptorSet } from "../../../servers/sockets/libc/descriptor_set.ts";
import { HostLookupError, lookUpHost } from "../../../servers/sockets/libc/host_lookup.ts";
import {
  EPOLLIN,
  formatAddress,
  type ListenOptions,
  type Pollable,
  type Sockets,
  WOULD_BLOCK,
} from "../../../servers/sockets/interface.ts";
import type { Observer } from "../../../servers/sockets/observer.ts";
import {
  ipv4SocketAddress,
  parseSocketAddress,
  setPort,
  SOCKET_ADDRESS_BYTES,
} from "../../../servers/sockets/libc/socket_address.ts";
import { checked, ERRNO, SystemCallError } from "../../../servers/system/system_interface.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  hasSystemCalls,
  SOCK_STREAM,
  type SystemCalls,
  systemCalls,
} from "../../../servers/system/system_calls.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "../../harness/assert.ts";
import { encode } from "../../harness/bytes.ts";
import { writeAll } from "../../harness/clients.ts";
import "../../harness/sanitizers.ts";
import { testScripted } from "../../harness/scripted_calls.ts";
import { reports, selected, Setting } from "../../harness/sockets.ts";
import { test } from "../../harness/test.ts";
import { YieldingLibcSockets } from "../../harness/yielding_libc_sockets.ts";

const count = new Float64Array(1);
/** Opened before any test, because a test that opens a library is expected to close it. */
const calls = hasSystemCalls() ? systemCalls(count) : undefined;

/** Registers a test that makes the system's calls. */
function testCalls(
  name: string,
  fn: (calls: SystemCalls) => Promise<void> | void,
  { ignore = false } = {},
): void {
  test(name, async () => {
    assert(calls !== undefined);
    await fn(calls);
  }, { ignore: ignore || calls === undefined });
}

function makeSockets(observer: Observer, recvSizeBytes: number): Sockets {
  return new YieldingLibcSockets(observer, recvSizeBytes);
}

const hasIpv6 = await Deno.connect({ hostname: "::1", port: 1 }).then(
  (conn) => (conn.close(), true),
  (error) => error instanceof Deno.errors.ConnectionRefused,
);

Deno.test("an error carries the call, and its name and number", () => {
  const error = assertThrows(() => checked("recv", -104), SystemCallError, "recv");
  assertEquals([error.call, error.code, error.errno], ["recv", "ECONNRESET", 104]);
  assertEquals(`${error}`, "SystemCallError: recv: ECONNRESET (104)");
  assertEquals(new SystemCallError("recv", 9_999).code, "unknown error");
  assertEquals([checked("recv", 0), checked("recv", 7)], [0, 7]);
});

Deno.test("an error is called as the system calls it", () => {
  const known = new Map<string, number>(Object.entries(constants.errno));
  for (const [name, number] of Object.entries(ERRNO)) {
    assertEquals([number, new SystemCallError("recv", number).code], [
      known.get(name) ?? number,
      name,
    ]);
  }
});

testCalls("a call that fails gives its negative errno, and each is counted", (calls) => {
  const before = count[0];
  assertEquals(calls.recv(-1, new Uint8Array(1), 1, 0), -ERRNO.EBADF);
  assertEquals(calls.socket(999, SOCK_STREAM, 0), -ERRNO.EAFNOSUPPORT);
  assertEquals(calls.close(-1), -ERRNO.EBADF);
  const fd = calls.socket(AF_UNIX, SOCK_STREAM, 0);
  assertGreater(fd, 2);
  assertEquals(calls.send(fd, encode("a"), 1, 0), -ERRNO.ENOTCONN);
  assertEquals(calls.listen(fd, 1), -ERRNO.EINVAL);
  assertEquals(calls.close(fd), 0);
  assertEquals(calls.close(fd), -ERRNO.EBADF);
  assertEquals(count[0] - before, 8);
});

testCalls("a call takes and fills the part of a buffer that it is given", (calls) => {
  const fd = checked("eventfd", calls.eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK));
  try {
    const numbers = new BigUint64Array(4).fill(9n);
    assertEquals(calls.read(fd, numbers.subarray(2, 3), 8), 8);
    assertEquals([...numbers], [9n, 9n, 3n, 9n]);
    assertEquals(calls.read(fd, numbers, 8), -ERRNO.EAGAIN);
    const shared = new BigUint64Array(new SharedArrayBuffer(16)).fill(5n);
    assertEquals(calls.write(fd, shared.subarray(1), 8), 8);
    assertEquals(calls.read(fd, shared, 8), 8);
    assertEquals([...shared], [5n, 5n]);
  } finally {
    calls.close(fd);
  }
});

await descriptorLimit(); // opens its functions, so that no test opens them

testCalls("the limit of descriptors is the one that a shell tells", async () => {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  assertEquals(`${await descriptorLimit()}`, new TextDecoder().decode(stdout).trim());
});

testCalls("lookUpHost() knows addresses and names", () => {
  // Opened by the harness, so that no test opens it.
  const hosts = (host: string) =>
    lookUpHost(host, 4_321).map(({ family, bytes }) => {
      assertEquals(family === AF_INET6, bytes.length === SOCKET_ADDRESS_BYTES);
      return formatAddress(parseSocketAddress(bytes));
    });
  assertEquals(hosts("127.0.0.1"), ["127.0.0.1:4321"]);
  assertEquals(hosts("::1"), ["[::1]:4321"]);
  for (const host of hosts("localhost")) {
    assertMatch(host, /^(127\.0\.0\.1|\[::1\]):4321$/);
  }
  assertNotEquals(hosts("localhost"), []);
});

testCalls("lookUpHost() says so when there is no such host", () => {
  assertThrows(() => lookUpHost("nowhere.invalid", 1), HostLookupError, "nowhere.invalid: ");
});

Deno.test("an IPv4 address is read as it was written", () => {
  for (const address of [{ host: "127.0.0.1", port: 80 }, { host: "255.0.10.1", port: 65_535 }]) {
    const { family, bytes } = ipv4SocketAddress(address);
    assertEquals([family, bytes.length], [AF_INET, 16]);
    assertEquals(parseSocketAddress(bytes), address);
  }
  const written = ipv4SocketAddress({ host: "1.2.3.4", port: 0 });
  setPort(written, 0x1234);
  assertEquals([...written.bytes.subarray(0, 8)], [2, 0, 0x12, 0x34, 1, 2, 3, 4]);
});

for (
  const [groups, host] of [
    [[0, 0, 0, 0, 0, 0, 0, 0], "::"],
    [[0, 0, 0, 0, 0, 0, 0, 1], "::1"],
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1"],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], "2001:db8:0:1:1:1:1:1"],
    [[0xfe80, 0, 0, 0, 0xabcd, 0xf, 0, 0], "fe80::abcd:f:0:0"],
    [[1, 2, 3, 4, 5, 6, 7, 8], "1:2:3:4:5:6:7:8"],
    [[0, 0, 0, 0, 0, 0xffff, 0x7f00, 1], "::ffff:127.0.0.1"],
    [[0, 0, 0, 0, 0, 0xfffe, 0x7f00, 1], "::fffe:7f00:1"],
  ] as const
) {
  Deno.test(`an IPv6 address is read in its shortest form: ${host}`, () => {
    const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, AF_INET6, true);
    groups.forEach((group, index) => view.setUint16(8 + index * 2, group));
    view.setUint32(24, 0xffff_ffff); // the scope, which is no part of it
    setPort({ family: AF_INET6, bytes }, 8_080);
    assertEquals(parseSocketAddress(bytes), { host, port: 8_080 });
  });
}

Deno.test("a set of descriptors has those that were added, across the borders of words", () => {
  const added = [0, 31, 32, 63, 64, 100, 1_023];
  const set = new DescriptorSet(1_024);
  assertEquals([set.words.length * 32, set.highest], [1_024, -1]);
  for (const fd of added) set.add(fd);
  set.add(100);
  assertEquals(Array.from({ length: 1_024 }, (_, fd) => fd).filter((fd) => set.has(fd)), added);
  assertEquals(set.highest, 1_023);
  // As `FD_SET` of C has them.
  assertEquals([...set.words.subarray(0, 4)], [1 | 1 << 31, 1 | 1 << 31, 1, 1 << 4]);
  set.clear();
  assertEquals([set.words.every((word) => word === 0), set.highest], [true, -1]);
  set.add(5);
  assertEquals([set.has(5), set.has(31), set.highest], [true, false, 5]);
});

Deno.test("a set of descriptors refuses what is beyond its size, and stays as it is", () => {
  const set = new DescriptorSet(1_024);
  set.add(3);
  const before = [...set.words];
  for (const fd of [1_024, 1_025, 65_536]) {
    assertThrows(() => set.add(fd), RangeError, `descriptor ${fd} is not below FD_SETSIZE, 1024`);
  }
  assertEquals([...set.words], before);
  assertEquals([set.highest, set.has(1_024)], [3, false]);
});

testScripted("a client beyond FD_SETSIZE is told, and closed", async (setting, script) => {
  const epoll = setting.sockets.epoll();
  epoll.add(setting.listener, EPOLLIN);
  for (let turn = 1; turn <= 2; turn++) {
    const client = await setting.connect();
    await reports(epoll);
    assertEquals(setting.listener.tryAccept(), null);
    assertEquals(await client.read(new Uint8Array(1)), null);
    assertEquals([setting.sockets.connections.size, script.asked("close")], [0, turn]);
  }
  const told = "beyond FD_SETSIZE 127.0.0.1";
  assertEquals(setting.notes.lines, [told, told]);
}, { descriptorsBelow: 3 }); // no number that is left for a client is as low

testScripted(
  "select() refuses what is beyond FD_SETSIZE and makes no call",
  async (setting, script) => {
    const beyond = { kind: "keyboard", descriptor: 1_024 } as const;
    await assertRejects(() => select([beyond]), RangeError, "not below FD_SETSIZE");
    assertEquals(script.asked("select"), 0);
    await setting.connect();
    assertEquals(await select([setting.listener]), [setting.listener]);

    async function select(read: Pollable[]): Promise<Pollable[]> {
      return (await setting.sockets.select(read, [], 0)).readable;
    }
  },
  { waits: true },
);

testCalls("it listens on ::1 and knows its clients there", async () => {
  await using setting = new Setting(makeSockets, { host: "::1" });
  assertEquals(setting.listener.address.host, "::1");
  const { client, connection } = await setting.pair();
  assertEquals(connection.peer, { host: "::1", port: client.localAddr.port });
  await writeAll(client, encode("hello"));
  await selected(setting, [connection]);
  assertEquals(connection.tryRecv(10), encode("hello"));
  assertEquals(connection.tryRecv(10), WOULD_BLOCK);
}, { ignore: !hasIpv6 });

testCalls("listening where somebody listens fails, and leaves no descriptor", async (calls) => {
  const probe = () => {
    const fd = checked("eventfd", calls.eventfd(0, EFD_CLOEXEC));
    calls.close(fd);
    return fd; // the lowest number that is free
  };
  await using setting = new Setting(makeSockets);
  const listen = (options: Partial<ListenOptions>) =>
    setting.sockets.listen({
      host: "127.0.0.1",
      port: 0,
      backlog: 1,
      maxClients: 1,
      recvSizeBytes: 1,
      descriptorsBelow: Infinity,
      ...options,
    });
  const { port } = setting.listener.address;
  const before = probe();
  const error = assertThrows(() => listen({ port }), SystemCallError);
  assertEquals([error.call, error.code], ["bind", "EADDRINUSE"]);
  assertEquals(probe(), before);
  assertThrows(() => listen({ host: "nowhere.invalid" }), HostLookupError);
  // An address that is reserved for documentation belongs to nobody.
  const elsewhere = assertThrows(() => listen({ host: "192.0.2.1" }), SystemCallError);
  assertEquals([elsewhere.call, elsewhere.code], ["bind", "EADDRNOTAVAIL"]);
  assertEquals(probe(), before);
});
