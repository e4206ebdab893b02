import { hasSystemCalls } from "../servers/sockets/system_calls.ts";
import { parseBacklog, readBacklog } from "../servers/watch/backlog.ts";
import { assertEquals } from "./harness/assert.ts";
import { test } from "./harness/test.ts";
import "./harness/sanitizers.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";

readBacklog({ host: "127.0.0.1", port: 1 }); // what it opens stays open, and no test is to be blamed for it

/** A row of /proc/net/tcp. */
function row(
  local: string,
  remote: string,
  state: string,
  received: string,
  inode: number,
): string {
  return `   1: ${local} ${remote} ${state} 00000000:${received} 00:00000000 00000000     0        0 ` +
    `${inode} 1 0000000000000000 20 0 0 10 -1\n`;
}

Deno.test("parseBacklog() tells who was not accepted, and nobody else", () => {
  const table = HEAD +
    row("0100007F:1E6C", "00000000:0000", "0A", "00000002", 10) +
    row("0100007F:1E6D", "00000000:0000", "0A", "00000009", 11) +
    row("0100007F:1E6C", "0100007F:DCD6", "01", "00000000", 12) +
    row("0100007F:1E6C", "0100007F:DCD7", "01", "00000000", 0) +
    row("0100007F:1E6C", "0200007F:0050", "01", "00000000", 0) +
    row("0100007F:1E6C", "0100007F:DCD8", "06", "00000000", 0) +
    row("0100007F:DCD7", "0100007F:1E6C", "01", "00000000", 13);
  assertEquals(parseBacklog(table, 7_788), {
    length: 2,
    peers: ["127.0.0.1:56535", "127.0.0.2:80"],
  });
});

Deno.test("parseBacklog() reads IPv6 addresses, and IPv4 addresses within", () => {
  const table = HEAD +
    row("00000000000000000000000001000000:1E6C", `${"0".repeat(32)}:0000`, "0A", "00000001", 10) +
    row(
      "00000000000000000000000001000000:1E6C",
      "00000000000000000000000001000000:0050",
      "01",
      "0",
      0,
    ) +
    row(
      "0000000000000000FFFF00000100007F:1E6C",
      "0000000000000000FFFF00000100007F:0051",
      "01",
      "0",
      0,
    );
  assertEquals(parseBacklog(table, 7_788), {
    length: 1,
    peers: ["[::1]:80", "[::ffff:127.0.0.1]:81"],
  });
});

test("readBacklog() finds those who wait, until they are accepted", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const address = { host: "127.0.0.1", port };
  assertEquals(readBacklog(address), { length: 0, peers: [] });
  using first = await Deno.connect({ hostname: "127.0.0.1", port });
  using second = await Deno.connect({ hostname: "127.0.0.1", port });
  const peers = [first, second].map(({ localAddr }) => `127.0.0.1:${localAddr.port}`).sort();
  const backlog = readBacklog(address);
  assertEquals([backlog?.length, backlog?.peers.toSorted()], [2, peers]);
  using _accepted = await listener.accept();
  assertEquals(readBacklog(address)?.peers, [`127.0.0.1:${second.localAddr.port}`]);
}, { ignore: !hasSystemCalls() });
