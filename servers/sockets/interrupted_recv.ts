import { INTERRUPTED, type Interrupting } from "../sockets/interface.ts";

/**
 * A `recv` that resolves as soon as there is something in the outbox of its client, with
 * {@linkcode INTERRUPTED}. Deno cannot cancel a read, so the receipt that is under way goes on, and the
 * next call waits for it.
 *
 * @param recv receives into a buffer, which must be the same until it has received
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Outbox } from "../handlers/outbox.ts";
 * import { INTERRUPTED } from "./interface.ts";
 * const outbox = new Outbox();
 * const recv = interruptedRecv(() => Promise.resolve(3), outbox);
 * outbox.put(Uint8Array.of(42));
 * assertEquals(await recv(new Uint8Array(8)), INTERRUPTED);
 * outbox.next();
 * assertEquals(await recv(new Uint8Array(8)), 3);
 * ```
 */
export function interruptedRecv<Count>(
  recv: (buffer: Uint8Array) => Count | Promise<Count>,
  outbox: Interrupting,
): (buffer: Uint8Array) => Promise<Count | typeof INTERRUPTED> {
  let underWay: Promise<Count> | undefined;
  let interrupt = () => {};
  outbox.onWaiting = () => interrupt();
  return async (buffer) => {
    if (outbox.isWaiting) return INTERRUPTED;
    const receiving = underWay ??= Promise.resolve(recv(buffer));
    receiving.catch(() => {}); // the call that finds it failed throws that
    const interrupted = new Promise<typeof INTERRUPTED>((resolve) => {
      interrupt = () => resolve(INTERRUPTED);
    });
    const result = await Promise.race([receiving, interrupted]);
    if (result !== INTERRUPTED) underWay = undefined;
    return result;
  };
}
