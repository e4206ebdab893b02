import { hasSystemCalls } from "../../../servers/system/system_calls.ts";
import { Backlog } from "../../../servers/watch/backlog.ts";
import { BacklogWatch } from "../../../servers/watch/backlog_watch.ts";
import { assertEquals, assertLess } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";
import "../../harness/sanitizers.ts";

const ignore = !hasSystemCalls();
/** How many connections make the table of all connections long. */
const MANY = 4_000;
const LOOKS = 10;

// The library stays open. Open it here, so that no test seems to leak it.
new Backlog({ host: "127.0.0.1", port: 1 })[Symbol.dispose]();

/** The length and the clients of the backlog of a listener. */
function backlogOf(host: string, port: number): [length: number | null, peers?: string[]] {
  using backlog = new Backlog({ host, port });
  return [backlog.length(), backlog.peers()?.sort()];
}

for (const [host, shown] of [["127.0.0.1", "127.0.0.1"], ["::1", "[::1]"]]) {
  test(
    `clients that wait at ${host} are found until they are accepted, and no others`,
    async () => {
      using listener = Deno.listen({ hostname: host, port: 0 });
      const { port } = listener.addr;
      const nameOf = ({ localAddr }: Deno.TcpConn) => `${shown}:${localAddr.port}`;
      assertEquals(backlogOf(host, port), [0, []]);
      using first = await Deno.connect({ hostname: host, port });
      using second = await Deno.connect({ hostname: host, port });
      assertEquals(backlogOf(host, port), [2, [first, second].map(nameOf).sort()]);
      using accepted = await listener.accept();
      assertEquals(backlogOf(host, port), [1, [nameOf(second)]]);
      using backlog = new Backlog({ host, port });
      assertEquals(backlog.peers(true), [nameOf(first)]);
      await second.closeWrite(); // it has left, and is waiting all the same
      assertEquals(backlogOf(host, port), [1, [nameOf(second)]]);
      assertEquals(accepted.remoteAddr.port, first.localAddr.port);
    },
    { ignore },
  );
}

test(
  "an IPv4 client of an IPv6 listener is found by the address that it is accepted with",
  async () => {
    using listener = Deno.listen({ hostname: "::", port: 0 });
    const { port } = listener.addr;
    using client = await Deno.connect({ hostname: "127.0.0.1", port });
    assertEquals(backlogOf("::", port), [1, [`[::ffff:127.0.0.1]:${client.localAddr.port}`]]);
  },
  { ignore },
);

test(
  "a new client is found at the next poll, though the table of connections is long",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    await leaveBehind(MANY);
    using watch = new BacklogWatch({ host: "127.0.0.1", port });
    watch.poll(0);
    using _first = await Deno.connect({ hostname: "127.0.0.1", port });
    assertEquals([watch.poll(1_000)?.length, watch.length], [1, 1]);
    using _second = await Deno.connect({ hostname: "127.0.0.1", port });
    assertEquals([watch.poll(2_000)?.length, watch.length], [2, 2]);
    assertEquals([watch.ageMs(2_000), watch.ageMs(2_500)], [0, 500]);
    // Compared with only reading the table as text.
    using backlog = new Backlog({ host: "127.0.0.1", port });
    const lookMs = timeOf(() => backlog.peers());
    assertLess(lookMs, timeOf(() => Deno.readTextFileSync("/proc/net/tcp")));
  },
  { ignore },
);

/** Leaves closed connections behind, which the system remembers for a minute. */
async function leaveBehind(count: number): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (let i = 0; i < count; i++) {
    using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    using _accepted = await listener.accept();
  }
}

function timeOf(work: () => void): number {
  const beganMs = performance.now();
  for (let look = 0; look < LOOKS; look++) work();
  return performance.now() - beganMs;
}
