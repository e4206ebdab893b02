import { Client } from "../../../servers/loop/clients.ts";
import { Outbox } from "../../../servers/handlers/outbox.ts";
import { TimerQueue } from "../../../servers/loop/timer_queue.ts";
import {
  GeneratedReplies,
  OneReply,
  type Replies,
  type Reply,
  type Session,
} from "../../../servers/handlers/session.ts";
import { ConnectionReset, WOULD_BLOCK } from "../../../servers/sockets/interface.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertThrows,
} from "../../harness/assert.ts";
import { decode, encode } from "../../harness/bytes.ts";
import { FakeConnection } from "../../harness/fake_connection.ts";
import "../../harness/sanitizers.ts";

/** A connection that takes as many bytes as there is room for, and keeps them. */
class RoomyConnection extends FakeConnection {
  room = Infinity;
  sent = "";
  calls = 0;

  override trySend(bytes: Uint8Array): number {
    this.calls++;
    const count = Math.min(this.room, bytes.length);
    if (count === 0 && bytes.length > 0) return WOULD_BLOCK;
    this.room -= count;
    this.sent += decode(bytes.subarray(0, count));
    return count;
  }
}

function several(replies: Iterable<Reply>): Replies {
  return new GeneratedReplies(function* () {
    yield* replies;
  }());
}

/** A client whose session gives these answers to any chunk. */
function clientWith(...replies: (Partial<Reply> & { text: string })[]) {
  const connection = new RoomyConnection();
  const session: Session = {
    onData: () =>
      several(replies.map(({ text, waitMs = 0, close = false }) => {
        return { bytes: encode(text), waitMs, close };
      })),
  };
  return { connection, client: new Client(connection, session) };
}

const CHUNK = encode("chunk");

Deno.test("a client is ready when all answers are sent", () => {
  const { client, connection } = clientWith({ text: "one " }, { text: "" }, { text: "two" });
  assertEquals(client.state, "wantRead");
  assertEquals(client.serve(CHUNK), "wantRead");
  assertEquals([client.state, connection.sent], ["wantRead", "one two"]);
  assertEquals(client.serve(CHUNK), "wantRead");
  assertEquals(connection.sent, "one twoone two");
});

Deno.test("a client is ready when there is no answer, and sends nothing for an empty one", () => {
  for (const replies of [[], [{ text: "" }]]) {
    const { client, connection } = clientWith(...replies);
    connection.room = 0;
    assertEquals(client.serve(CHUNK), "wantRead");
    assertEquals(connection.calls, 0);
  }
});

Deno.test("a client is blocked while its socket takes no more, and loses and repeats nothing", () => {
  const { client, connection } = clientWith({ text: "first" }, { text: "second" });
  connection.room = 0;
  assertEquals([client.serve(CHUNK), connection.sent], ["wantWrite", ""]);
  for (const byte of "firstsecond") {
    assertEquals(client.resume(), "wantWrite");
    const before = connection.sent;
    connection.room = 1;
    client.resume();
    assertEquals(connection.sent, before + byte);
  }
  assertEquals([client.resume(), client.state], ["wantRead", "wantRead"]);
  assertEquals(connection.sent, "firstsecond");
  assertEquals(client.serve(CHUNK), "wantWrite");
});

Deno.test("a client that is partly sent goes on where it stopped", () => {
  const { client, connection } = clientWith({ text: "0123456789" });
  connection.room = 4;
  assertEquals([client.serve(CHUNK), connection.sent], ["wantWrite", "0123"]);
  connection.room = Infinity;
  assertEquals([client.resume(), connection.sent], ["wantRead", "0123456789"]);
});

for (const [promise, waitMs] of [["wantWrite", 0], ["timer", 5]] as const) {
  Deno.test(`a client that is ${promise} keeps its own copy of what it is owed`, () => {
    const connection = new RoomyConnection();
    connection.room = promise === "wantWrite" ? 2 : Infinity;
    const client = new Client(connection, {
      onData: (bytes) => new OneReply({ bytes, waitMs, close: false }),
    });
    const buffer = encode("mine");
    assertEquals(client.serve(buffer), promise);
    buffer.set(encode("them")); // the loop receives another client
    connection.room = Infinity;
    assertEquals([client.resume(), connection.sent], ["wantRead", "mine"]);
  });
}

Deno.test("a client sleeps before each answer that is to wait", () => {
  const { client, connection } = clientWith(
    { text: "at once " },
    { text: "later ", waitMs: 50 },
    { text: "and with it ", waitMs: 0 },
    { text: "last", waitMs: 70 },
  );
  const startedMs = performance.now();
  assertEquals([client.serve(CHUNK), client.state], ["timer", "timer"]);
  const nowMs = performance.now();
  assertEquals(connection.sent, "at once ");
  assertGreaterOrEqual(client.dueMs, startedMs + 50);
  assertLessOrEqual(client.dueMs, nowMs + 50);

  const resumedMs = performance.now();
  assertEquals([client.resume(), connection.sent], ["timer", "at once later and with it "]);
  assertGreaterOrEqual(client.dueMs, resumedMs + 70);
  assertEquals([client.resume(), client.state], ["wantRead", "wantRead"]);
  assertEquals(connection.sent, "at once later and with it last");
});

Deno.test("a client that wakes up may be blocked", () => {
  const { client, connection } = clientWith({ text: "late", waitMs: 5 }, { text: "r" });
  assertEquals(client.serve(CHUNK), "timer");
  connection.room = 2;
  assertEquals([client.resume(), connection.sent], ["wantWrite", "la"]);
  connection.room = Infinity;
  assertEquals([client.resume(), connection.sent], ["wantRead", "later"]);
});

Deno.test("a client is done after the answer that closes, and makes no other", () => {
  const { client, connection } = clientWith({ text: "bye", close: true }, { text: "never" });
  assertEquals([client.serve(CHUNK), client.state], ["closed", "closed"]);
  assertEquals(connection.sent, "bye");
});

Deno.test("a client is done only when its last answer is sent", () => {
  const { client, connection } = clientWith({ text: "bye", close: true, waitMs: 5 });
  assertEquals(client.serve(CHUNK), "timer");
  connection.room = 1;
  assertEquals(client.resume(), "wantWrite");
  connection.room = 2;
  assertEquals([client.resume(), connection.sent], ["closed", "bye"]);
});

for (const [promise, waitMs] of [["at once", 0], ["after a wait", 5]] as const) {
  Deno.test(`a client may be closed ${promise} without a last word`, () => {
    const { client, connection } = clientWith({ text: "", close: true, waitMs });
    const state = client.serve(CHUNK);
    assertEquals(waitMs > 0 ? client.resume() : state, "closed");
    assertEquals(connection.calls, 0);
  });
}

Deno.test("a client asks for an answer only when the one before is sent", () => {
  let made = 0;
  const connection = new RoomyConnection();
  function* making(): Generator<Reply> {
    for (; made < 3; made++) yield { bytes: encode("abc"), waitMs: 0, close: false };
  }
  const client = new Client(connection, { onData: () => new GeneratedReplies(making()) });
  connection.room = 4;
  assertEquals([client.serve(CHUNK), made], ["wantWrite", 1]);
  connection.room = 3;
  assertEquals([client.resume(), made], ["wantWrite", 2]);
});

Deno.test("what the session or the socket throws is for the model to handle", () => {
  const failing = new Client(new RoomyConnection(), {
    onData: () => {
      throw new TypeError("not this chunk");
    },
  });
  assertThrows(() => failing.serve(CHUNK), TypeError, "not this chunk");

  const { client, connection } = clientWith({ text: "hello" });
  connection.trySend = () => {
    throw new ConnectionReset("gone");
  };
  assertThrows(() => client.serve(CHUNK), ConnectionReset);
});

/** A client whose answer is due in so many milliseconds. */
function sleeper(inMs: number): Client {
  const { client } = clientWith();
  client.dueMs = performance.now() + inMs;
  return client;
}

Deno.test("sleepers come out when they are due, the earliest first", () => {
  const timers = new TimerQueue<Client>();
  const clients = [-10, 1_000_000, -30, -20, 2_000_000].map(sleeper);
  for (const client of clients) timers.add(client);
  const due = [...timers.due()].map((client) => clients.indexOf(client));
  assertEquals(due, [2, 3, 0]);
  assertEquals([...timers.due()], []);
});

Deno.test("a sleeper that is added twice comes out once, and can be added again then", () => {
  const timers = new TimerQueue<Client>();
  const client = sleeper(-1);
  timers.add(client);
  timers.add(client);
  assertEquals([...timers.due()].length, 1);
  assertEquals([...timers.due()].length, 0);
  timers.add(client);
  assertEquals([...timers.due()].length, 1);
});

Deno.test("a sleeper may go back to sleep while the others wake up", () => {
  const timers = new TimerQueue<Client>();
  const clients = [sleeper(-2), sleeper(-1)];
  for (const client of clients) timers.add(client);
  let woken = 0;
  for (const client of timers.due()) {
    woken++;
    client.dueMs = performance.now() + 1_000_000;
    timers.add(client);
  }
  assertEquals(woken, 2);
  assert(timers.untilNextMs() > 900_000);
});

Deno.test("untilNextMs() is how long the next one sleeps", () => {
  const timers = new TimerQueue<Client>();
  assertEquals(timers.untilNextMs(), Infinity);
  timers.add(sleeper(5_000));
  timers.add(sleeper(1_000));
  const untilMs = timers.untilNextMs();
  assert(untilMs > 0 && untilMs <= 1_000);
  timers.add(sleeper(-1_000)); // one who is overdue is not waited for less than not at all
  assertEquals(timers.untilNextMs(), 0);
});

for (const wait of ["a promise", "time"]) {
  Deno.test(`what is said unasked waits for an answer that waits for ${wait}`, async () => {
    const promise = Promise.withResolvers<void>();
    const outbox = new Outbox();
    const waiting = wait === "time"
      ? { waitMs: 1_000_000 }
      : { waitMs: Infinity, until: promise.promise };
    const session: Session = {
      outbox,
      onData: () =>
        several(function* () {
          outbox.put(encode("unasked"));
          yield { bytes: encode(""), close: false, ...waiting };
          yield { bytes: encode("asked "), waitMs: 0, close: false };
        }()),
    };
    const connection = new RoomyConnection();
    const client = new Client(connection, session);
    const timers = new TimerQueue<typeof client>();
    timers.watch(client);
    assertEquals(client.serve(CHUNK), "timer");
    timers.add(client);
    assertEquals([...timers.due()], []);
    promise.resolve();
    await promise.promise;
    assertEquals([...timers.due()], wait === "time" ? [] : [client]);
    assertEquals([client.resume(), connection.sent], ["wantRead", "asked unasked"]);
  });
}
