import {
  type Coroutine,
  GeventListener,
  type GeventSocket,
  sleep,
  SocketLoop,
} from "../../servers/coroutines/gevent/mod.ts";
import { encode } from "./bytes.ts";
import { writeAll } from "./clients.ts";
import { makeHub } from "./hub.ts";
import type { Setting } from "./sockets.ts";

/** What a greenlet of a test works with. */
export interface Given {
  readonly loop: SocketLoop;
  readonly listener: GeventListener;
  /** Connects to the listener. */
  connect(): Coroutine<GeventSocket>;
}

/** Runs `body` in a greenlet of a hub over the sockets of a test. @returns what failed */
export async function runOver(
  { sockets, listener }: Setting,
  body: (given: Given) => Coroutine,
): Promise<string[]> {
  const loop = new SocketLoop(sockets);
  const { hub, failures } = makeHub(loop);
  const { host, port } = listener.address;
  await hub.run(function* main() {
    const connect = () => loop.connect(host, port);
    yield* body({ loop, listener: new GeventListener(loop, listener), connect });
  });
  return failures;
}

/** Receives `sizeBytes`, or all until the end. */
export function* receiveAll(socket: GeventSocket, sizeBytes = Infinity): Coroutine<Uint8Array> {
  const received: number[] = [];
  while (received.length < sizeBytes) {
    const bytes = yield* socket.recv(65_536);
    if (bytes.length === 0) break;
    received.push(...bytes);
  }
  return Uint8Array.from(received);
}

/** Has a client outside of the hub write, and waits until it has. */
export function* joinWrite(client: Deno.TcpConn, text: string): Coroutine {
  let isWritten = false;
  writeAll(client, encode(text)).then(() => isWritten = true);
  while (!isWritten) yield* sleep(1);
}
