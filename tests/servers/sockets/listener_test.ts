import { EPOLLIN, formatAddress } from "../../../servers/sockets/interface.ts";
import { assertEquals, assertRejects } from "../../harness/assert.ts";
import "../../harness/sanitizers.ts";
import { QUIET_MS, selected, testEachKind } from "../../harness/sockets.ts";

testEachKind("accept() waits for the next client", async (setting) => {
  const accepting = setting.listener.accept();
  const client = await setting.connect();
  assertEquals((await accepting)?.peer.port, client.localAddr.port);
});

testEachKind("tryAccept() answers null until there is a client", async (setting) => {
  assertEquals(setting.listener.tryAccept(), null);
  await setting.connect();
  assertEquals((await selected(setting, [setting.listener])).readable, [setting.listener]);
  assertEquals(setting.listener.tryAccept()?.id, 1);
  assertEquals(setting.listener.tryAccept(), null);
});

testEachKind(
  "connections are counted and known until their descriptors are given back",
  async (setting) => {
    const { connections } = setting.sockets;
    const one = await setting.pair();
    const other = await setting.pair();
    assertEquals([one.connection.id, other.connection.id], [1, 2]);
    assertEquals([...connections], [one.connection, other.connection]);
    other.client.close();
    other.connection.close();
    while (connections.size > 1) await setting.sockets.select([], [], QUIET_MS);
    assertEquals([...connections], [one.connection]);
  },
);

testEachKind("more clients than maxClients are refused, until one leaves", async (setting) => {
  const { client, connection } = await setting.pair();
  const second = await setting.connect();
  const accepting = setting.listener.accept();
  assertEquals(await second.read(new Uint8Array(1)).catch(() => null), null);
  client.close();
  connection.close();
  await setting.sockets.allClosed();
  await setting.connect();
  assertEquals((await accepting)?.id, 2);
  assertEquals(setting.notes.lines, ["accepted 1", "refused 127.0.0.1", "closed 1", "accepted 2"]);
}, { maxClients: 1 });

testEachKind("stopListening() makes accept() and tryAccept() answer null", async (setting) => {
  const accepting = setting.listener.accept();
  setting.sockets.stopListening();
  assertEquals(await accepting, null);
  assertEquals(await setting.listener.accept(), null);
  assertEquals(setting.listener.tryAccept(), null);
  await assertRejects(() => setting.connect(), Error);
});

// It may be reported once more, as a socket whose end is to be learnt; after that it never is.
testEachKind("stopListening() lets select() return", async (setting) => {
  const selecting = setting.sockets.select([setting.listener], [], Infinity);
  setting.sockets.stopListening();
  await selecting;
  assertEquals(setting.listener.tryAccept(), null);
  const { readable } = await setting.sockets.select([setting.listener], [], QUIET_MS);
  assertEquals(readable, []);
});

testEachKind("stopListening() lets an epoll return", async (setting) => {
  const epoll = setting.sockets.epoll();
  epoll.add(setting.listener, EPOLLIN);
  const polling = epoll.wait(Infinity);
  setting.sockets.stopListening();
  await polling;
  assertEquals(setting.listener.tryAccept(), null);
  assertEquals(await epoll.wait(QUIET_MS), []);
});

Deno.test("formatAddress() puts an IPv6 host in brackets", () => {
  assertEquals(formatAddress({ host: "127.0.0.1", port: 80 }), "127.0.0.1:80");
  assertEquals(formatAddress({ host: "::1", port: 80 }), "[::1]:80");
});
