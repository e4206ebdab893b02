/**
 * Descriptors that go from one process to another.
 *
 * @module
 */

import {
  duplicate,
  receiveDescriptor,
  sendDescriptor,
  socketPair,
} from "../../../servers/system/descriptor_passing.ts";
import { F_GETFD, hasSystemCalls, systemCalls } from "../../../servers/system/system_calls.ts";
import { assertEquals, assertNotEquals, assertThrows } from "../../harness/assert.ts";
import { test } from "../../harness/test.ts";

const ignore = !hasSystemCalls();
// Libraries are opened once and stay open: within a test that would count as its leak.
if (!ignore) {
  for (const fd of socketPair()) systemCalls().close(fd);
}
const FD_CLOEXEC = 1;

test("a descriptor arrives with its text, as a copy that programs do not inherit", () => {
  const c = systemCalls();
  const [near, far] = socketPair();
  const [left, right] = socketPair();
  assertEquals(sendDescriptor(near, left, "whose it is: ü"), true);
  c.close(left);
  const received = receiveDescriptor(far);
  assertEquals(received?.text, "whose it is: ü");
  const descriptor = received?.descriptor ?? -1;
  assertNotEquals(descriptor, -1);
  assertEquals(c.fcntl(descriptor, F_GETFD, 0), FD_CLOEXEC);

  // It is the same socket: what is written to it comes out at the other end.
  assertEquals(c.write(descriptor, Uint8Array.of(1, 2, 3), 3), 3);
  const buffer = new Uint8Array(10);
  assertEquals(c.read(right, buffer, 10), 3);
  for (const fd of [near, far, right, descriptor]) c.close(fd);
  return Promise.resolve();
}, { ignore });

test("messages stay apart, and the end of the other side is seen", () => {
  const c = systemCalls();
  const [near, far] = socketPair();
  sendDescriptor(near, near, "one");
  sendDescriptor(near, near, "two");
  const first = receiveDescriptor(far);
  const second = receiveDescriptor(far);
  assertEquals([first?.text, second?.text], ["one", "two"]);
  for (const fd of [near, first?.descriptor ?? -1, second?.descriptor ?? -1]) c.close(fd);
  assertEquals(receiveDescriptor(far), null);
  c.close(far);

  const [alone, gone] = socketPair();
  c.close(gone);
  assertEquals(sendDescriptor(alone, alone, "anybody?"), false);
  c.close(alone);
  return Promise.resolve();
}, { ignore });

test("what was sent arrives though the sender is gone and has not read what we sent", () => {
  const c = systemCalls();
  const [near, far] = socketPair();
  c.write(far, Uint8Array.of(1), 1);
  sendDescriptor(near, near, "the last");
  c.close(near);
  const received = receiveDescriptor(far);
  assertEquals(received?.text, "the last");
  c.close(received?.descriptor ?? -1);
  c.close(far);
  return Promise.resolve();
}, { ignore });

test("a text that does not fit is refused", () => {
  const [near, far] = socketPair();
  assertThrows(() => sendDescriptor(near, near, "x".repeat(10_000)), Error, "more than");
  systemCalls().close(near);
  systemCalls().close(far);
  return Promise.resolve();
}, { ignore });

test("a descriptor can be given another number", () => {
  const c = systemCalls();
  const [near, far] = socketPair();
  duplicate(near, far);
  assertEquals(c.fcntl(far, F_GETFD, 0), 0); // programs inherit the copy
  c.close(near);
  c.close(far);
  return Promise.resolve();
}, { ignore });
