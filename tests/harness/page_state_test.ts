import { assertMatch } from "./assert.ts";
import { browserTest } from "./browser.ts";
import { describeVisit } from "./page_state.ts";

browserTest(
  "a test that fails says what its pages show, and what had come to them",
  async (visit) => {
    const { page, browser } = visit;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => {
        if (request.headers.get("upgrade") !== "websocket") {
          const headers = { "content-type": "text/html" };
          return new Response('<p role="alert">gone<ol class="log"><li>shown line</ol>', {
            headers,
          });
        }
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onopen = () => socket.send('{"run":0,"frame":{"log":[{"en":"sent line"}]}}');
        return response;
      },
    );
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    await page.evaluate(`new Promise((resolve) => {
    const socket = new WebSocket(location.href.replace("http", "ws"));
    socket.onclose = resolve;
    socket.onmessage = () => socket.close();
    console.error("a complaint");
  })`);
    const said = await describeVisit(browser, visit);
    for (const part of [/complained: a complaint/, /1 messages, .*closed .*sent line/]) {
      assertMatch(said, part);
    }
    assertMatch(said, /page at http:.*"notices":\["gone.*"log":\["shown line/);
  },
);
