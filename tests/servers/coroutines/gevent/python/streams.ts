import {
  type Coroutine,
  Event,
  GeventListener,
  GeventSocket,
  GreenletExit,
  joinall,
  Pool,
  SHUT_RD,
  SHUT_WR,
  sleep,
  type SocketLoop,
  spawn,
  StreamServer,
} from "../../../../../servers/coroutines/gevent/mod.ts";
import type { Sockets } from "../../../../../servers/sockets/interface.ts";
import { encode } from "../../../../harness/bytes.ts";
import { receiveAll } from "../../../../harness/gevent_sockets.ts";
import { nap, type Say, thrown } from "./scenarios.ts";

const OPTIONS = {
  host: "127.0.0.1",
  port: 0,
  backlog: 16,
  maxClients: 100,
  recvSizeBytes: 1_024,
  descriptorsBelow: Infinity,
};

/** A network, and what the scenarios do with it. */
class Net {
  constructor(private readonly loop: SocketLoop, private readonly sockets: Sockets) {}

  listen(): GeventListener {
    return new GeventListener(this.loop, this.sockets.listen(OPTIONS));
  }

  connectTo(listener: GeventListener): Coroutine<GeventSocket> {
    return this.loop.connect("127.0.0.1", listener.address.port);
  }

  /** Both ends of a connection. */
  *pair(): Coroutine<[GeventSocket, GeventSocket]> {
    const listener = this.listen();
    const accepting = spawn(() => listener.accept());
    const client = yield* this.connectTo(listener);
    const accepted = yield* accepting.get();
    if (accepted instanceof GreenletExit) throw accepted;
    listener.close();
    return [accepted, client];
  }
}

/** As the other scenarios, on a hub that has sockets. */
export function* streams(say: Say, loop: SocketLoop, sockets: Sockets): Coroutine {
  const net = new Net(loop, sockets);
  yield* shutdowns(say, net);
  yield* limits(say, net);
  yield* files(say, net);
  yield* closing(say, net);
  yield* serves(say, net);
  yield* stops(say, net);
}

function* shutdowns(say: Say, net: Net): Coroutine {
  let [a, b] = yield* net.pair();
  yield* a.send(encode("question"));
  a.shutdown(SHUT_WR);
  say("after a shutdown the other side gets the end", yield* receiveAll(b));
  yield* b.send(encode("answer"));
  say("and can still send", yield* a.recv(10));
  say("this side cannot", yield* thrown(() => a.send(encode("more"))));
  a.close();
  b.close();

  [a, b] = yield* net.pair();
  yield* b.send(encode("arrived"));
  yield* nap(1);
  a.shutdown(SHUT_RD);
  say("a shutdown of receiving", yield* receiveAll(a), yield* a.recv(10));
  a.close();
  b.close();

  [a, b] = yield* net.pair();
  const waiting = spawn(() => a.recv(10));
  yield* sleep(0);
  a.shutdown(SHUT_RD);
  yield* waiting.join();
  say("ends the wait of who receives", waiting.error);
  a.close();
  b.close();
}

function* limits(say: Say, net: Net): Coroutine {
  const [a, b] = yield* net.pair();
  a.setTimeout(10);
  const late = yield* thrown(() => a.recv(10));
  say("a time limit of recv", late, late instanceof Error && late.message);
  say("and of send", yield* thrown(() => a.send(new Uint8Array(50_000_000))));
  b.setTimeout(Infinity);
  say("what came meanwhile is there", (yield* b.recv(10)).length);
  a.close();
  say("a closed socket", yield* thrown(() => a.recv(10)), yield* thrown(() => a.send(encode("x"))));
  b.close();
}

function* files(say: Say, net: Net): Coroutine {
  let [a, b] = yield* net.pair();
  const file = b.makefile("r");
  yield* a.send(encode("first\nsecond\nthird 茶\nrest"));
  say(
    "readline",
    yield* file.readline(),
    yield* file.readline(3),
    yield* file.readline(),
    yield* file.readline(),
  );
  say("read", yield* file.read(2));
  a.close();
  say("to the end", yield* file.read(), yield* file.readline(), yield* file.read());
  b.close();
  [a, b] = yield* net.pair();
  const lines = b.makefile("rb");
  yield* a.send(encode("one\ntwo\nthree"));
  a.shutdown(SHUT_WR);
  const read: Uint8Array[] = [];
  for (let step; !(step = yield* lines.next()).done;) read.push(step.value);
  say("a loop over lines", read);
  a.close();
  b.close();
}

function* closing(say: Say, net: Net): Coroutine {
  const listener = net.listen();
  listener.setTimeout(10);
  say("a time limit of accept", yield* thrown(() => listener.accept()));
  listener.setTimeout(Infinity);
  const accepting = spawn(() => listener.accept());
  yield* sleep(0);
  listener.close();
  yield* accepting.join();
  say(
    "a closed listener ends accept",
    accepting.error,
    yield* thrown(() => listener.accept()),
  );
  say("and nobody can connect", yield* thrown(() => net.connectTo(listener)));
}

function* serves(say: Say, net: Net): Coroutine {
  let now = 0;
  let most = 0;
  const both = new Event(); // two clients are served
  const listening = net.listen();
  const server = new StreamServer(listening, function* (client): Coroutine {
    most = Math.max(most, ++now);
    if (now === 2) both.set();
    yield* both.wait();
    yield* client.send(yield* client.recv(100));
    now--;
  }, 2);
  say("a server before it starts", server.started);
  server.start();
  say("then", server.started, server.closed);
  function* ask(text: string): Coroutine<Uint8Array> {
    const client = yield* net.connectTo(listening);
    yield* nap(1);
    yield* client.send(encode(text));
    const echo = yield* receiveAll(client);
    client.close();
    return echo;
  }
  const clients = [..."12345"].map((text) => spawn(ask, text));
  yield* joinall(clients);
  say("it serves all", clients.map(({ value }) => value));
  say("as many at a time as it may", most);
  yield* server.stop();
  say("stopped", server.started, server.closed, yield* thrown(() => net.connectTo(listening)));
}

function* stops(say: Say, net: Net): Coroutine {
  const events: string[] = [];
  const pool = new Pool(3);
  let listening = net.listen();
  let server = new StreamServer(listening, function* (client): Coroutine {
    try {
      yield* client.recv(10);
    } catch (error) {
      if (error instanceof GreenletExit) events.push("killed");
      throw error;
    } finally {
      events.push("tidied");
    }
  }, pool);
  const serving = spawn(() => server.serveForever(10));
  yield* sleep(0);
  let client = yield* net.connectTo(listening);
  yield* nap(5);
  say("a pool of one's own", pool.size);
  yield* server.stop(10);
  say("stop ends who is served", events, pool.size, yield* receiveAll(client));
  yield* serving.join();
  say("and serve_forever with it", serving.ready);
  client.close();
  listening = net.listen();
  server = new StreamServer(listening, function* (): Coroutine {
    throw new Error("fails");
  });
  server.start();
  client = yield* net.connectTo(listening);
  say("one that fails is closed", yield* receiveAll(client));
  client.close();
  client = yield* net.connectTo(listening);
  say("and the server goes on", yield* receiveAll(client), server.started);
  client.close();
  yield* server.stop();
}
