import { en } from "../../../cli/messages/en/mod.ts";
import { RemoteRun } from "../../../clients/watch/remote_run.ts";
import { WebServer } from "../../../servers/watch/web_server.ts";
import { assertEquals, assertRejects } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import { test } from "../../harness/test.ts";

const FOREIGN = [
  "null",
  "{}",
  '{"hellos":[null]}',
  '{"hellos":[{}]}',
  '{"frame":null}',
  '{"frame":{}}',
];

for (const said of FOREIGN) {
  test(`a WebSocket that says ${said} is no view`, async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => {
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onopen = () => socket.send(said);
        return response;
      },
    );
    const ignored = { onHello: () => {}, onFrame: () => {} };
    const run = new RemoteRun(`http://127.0.0.1:${server.addr.port}/`);
    await assertRejects(() => run.follow(ignored, new AbortController().signal), TypeError);
  });
}

test("a remote run describes itself as its server does", async () => {
  const run = new FakeRun();
  const shown = { runs: [run], language: "en", messages: en, portFlag: "--watch" } as const;
  const server = new WebServer(shown, 0);
  const hello = await new RemoteRun(server.address).hello();
  await server.end();
  assertEquals(hello, await run.hello());
});
