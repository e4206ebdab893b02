import { RemoteRun } from "../../../clients/watch/remote_run.ts";
import { assertRejects } from "../../harness/assert.ts";
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
