/**
 * Greenlets that a hub runs, as gevent has them in Python. A greenlet that waits switches to the hub,
 * and the hub switches back when what it waits for has happened. They are the greenlets of
 * `../greenlet.ts`: each has the hub's greenlet as its parent, so a wait is a switch to the parent.
 *
 * Call what can wait with `yield*`; a call without it is an error. All times are in milliseconds.
 *
 * @example
 * ```ts
 * function* greet(name: string): Coroutine<number> {
 *   yield* sleep(100);
 *   console.log(`${getcurrent()} greets`);
 *   return name.length;
 * }
 * const hub = new Hub(new ClockLoop(), { failed: console.error, held: console.error });
 * await hub.run(function* (): Coroutine {
 *   const greenlets = [spawn(greet, "Ada"), spawn(greet, "Grace")];
 *   yield* joinall(greenlets, { timeoutMs: 1_000 }); // takes 100 ms, not 200
 * });
 * ```
 *
 * @module
 */

export { GreenletExit } from "../greenlet.ts";
export { AsyncResult } from "./async_result.ts";
export { Event } from "./event.ts";
export { type Body, getcurrent, Greenlet } from "./greenlet.ts";
export { Group, type GroupJoinOptions } from "./group.ts";
export { Hub, type HubReports, LoopExit, sleep, spawn, spawnLater } from "./hub.ts";
export { iwait, joinall, type JoinOptions, killall } from "./joining.ts";
export type { Callback, Link, Linkable } from "./links.ts";
export { local } from "./local.ts";
export { BoundedSemaphore, RLock, Semaphore } from "./lock.ts";
export { ClockLoop, type Loop } from "./loop.ts";
export type { Mapped } from "./mapped.ts";
export type { Coroutine, Wait } from "./park.ts";
export { Pool, PoolFull } from "./pool.ts";
export { END, Queue, QueueEmpty, QueueFull } from "./queue.ts";
export { Channel, JoinableQueue, LifoQueue, PriorityQueue } from "./queues.ts";
export { GeventListener } from "./listener.ts";
export { GeventSocket, SHUT_RD, SHUT_RDWR, SHUT_WR } from "./socket.ts";
export { BrokenPipe, SocketClosed, SocketTimeout } from "./socket_errors.ts";
export type { SocketFile } from "./socket_file.ts";
export { SocketLoop } from "./socket_loop.ts";
export { StreamServer } from "./stream_server.ts";
export { type ThreadBody, ThreadPool } from "./threadpool.ts";
export { connectTls, TlsListener, TlsSocket } from "./tls.ts";
export { Timeout, type TimeoutError, withTimeout } from "./timeout.ts";
export { wait } from "./wait.ts";
