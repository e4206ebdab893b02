/**
 * What only the flood on the system's own calls has; all else is tested for every kind.
 *
 * @module
 */

import { LibcConnector } from "../../../../clients/flood/libc/connector.ts";
import { EpollInstance } from "../../../../clients/flood/libc/epoll_instance.ts";
import { LoopbackSources } from "../../../../clients/flood/libc/loopback_sources.ts";
import {
  ipv4SocketAddress,
  parseSocketAddress,
} from "../../../../servers/sockets/libc/socket_address.ts";
import { ERRNO } from "../../../../servers/system/system_interface.ts";
import { hasSystemCalls, systemCalls } from "../../../../servers/system/system_calls.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertMatch,
} from "../../../harness/assert.ts";
import { NOBODYS_PORT } from "../../../harness/clients.ts";
import { afterEach, echoTarget, FLAWLESS, onLibc, outcome } from "../../../harness/flood.ts";
import "../../../harness/sanitizers.ts";
import { test as anyTest } from "../../../harness/test.ts";

function test(name: string, fn: () => Promise<void>): void {
  anyTest(name, fn, { ignore: !hasSystemCalls() });
}

test("a flood is told by whom it was refused", async () => {
  const flood = onLibc(2)({ port: NOBODYS_PORT });
  await flood.run();
  assertEquals(flood.measurements.refusedBy, { ECONNREFUSED: 3 });
});

test("a flood of a host that does not exist says so", async () => {
  const flood = onLibc()({ port: 1 }, { host: "no-such-host.invalid" });
  await flood.run();
  assertEquals(outcome(flood), { opened: 0, refused: 3, served: 0, lost: 0, wrongBytes: 0 });
  assertMatch(Object.keys(flood.measurements.refusedBy).join(), /^no-such-host\.invalid: ./);
});

test("a flood of a host with several addresses tries them all", async () => {
  const enough = afterEach(2, () => flood.stop());
  await using target = echoTarget(enough);
  const flood = onLibc()(target, { host: "localhost" }); // ::1 as well, in most places
  await flood.run();
  assertEquals(outcome(flood), FLAWLESS);
});

test("a flood that is stopped before it began ends", async () => {
  await using target = echoTarget();
  const flood = onLibc()(target);
  flood.stop();
  await flood.run();
  assertEquals(outcome(flood).lost, 0);
});

test("a flood lasts no less than it is to", async () => {
  await using target = echoTarget();
  const flood = onLibc()(target, { durationMs: 50 });
  await flood.run();
  assertGreaterOrEqual(flood.elapsedMs, 50);
});

test("a connection comes from the address that its number asks for", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const calls = systemCalls();
  const epoll = new EpollInstance(calls);
  const destination = ipv4SocketAddress({ host: "127.0.0.1", port: listener.addr.port });
  const connector = new LibcConnector(calls, epoll, [destination], 50_000);
  for (const [index, host] of ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"].entries()) {
    const fd = connector.begin(index, index, connector.route());
    using conn = await listener.accept();
    assertEquals(conn.remoteAddr.hostname, host);
    assertEquals([epoll.wait(1_000), epoll.numberAt(0), connector.errorOf(fd)], [1, index, 0]);
    calls.close(fd);
  }
  epoll.close();
});

test("the next address of the server is tried when one has no answer, and then preferred", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ports = [NOBODYS_PORT, listener.addr.port];
  const calls = systemCalls();
  const epoll = new EpollInstance(calls);
  const destinations = ports.map((port) => ipv4SocketAddress({ host: "127.0.0.1", port }));
  const connector = new LibcConnector(calls, epoll, destinations, 1);
  const route = connector.route();
  let fd = connector.begin(0, 0, route);
  if (route.destination === 0) { // its refusal comes later
    assertEquals(epoll.wait(1_000), 1);
    const errno = connector.errorOf(fd);
    assertEquals(errno, ERRNO.ECONNREFUSED);
    calls.close(fd);
    assert(connector.goOn(route, errno));
    fd = connector.begin(0, 0, route);
  }
  using _conn = await listener.accept();
  connector.opened(route);
  assertEquals([route.destination, connector.route().destination], [1, 1]);
  assert(!connector.goOn(route, ERRNO.ECONNREFUSED), "both have been tried");
  calls.close(fd);
  epoll.close();
});

Deno.test("connections to this machine come from as many addresses as they need", () => {
  const hosts = (connections: number, attempt = 0) => {
    const sources = new LoopbackSources(connections);
    const indices = Array.from({ length: connections }, (_, index) => index);
    return new Set(
      indices.map((index) => parseSocketAddress(sources.address(index, attempt)).host),
    );
  };
  assertEquals([...hosts(1_000)], ["127.0.0.1"]);
  assertEquals([...hosts(1_000, 2)], ["127.0.0.3"]);
  assertEquals([...hosts(28_001)], ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
  assertEquals(hosts(1_000_000, 250).size, 72);
  assert(hosts(1_000_000, 250).has("127.0.1.66"));
});
