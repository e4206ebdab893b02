/**
 * Runs a program for which a system call fails with an errno, as a container with a seccomp profile does it,
 * seccomp(2), or a kernel that is too old. Linux.
 *
 *   deno run -A forbid_call.ts NUMBER ERRNO PROGRAM [ARGUMENT…]
 *
 * @module
 */

const PR_SET_NO_NEW_PRIVS = 38;
const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2n;
const SECCOMP_RET_ALLOW = 0x7fff_0000;
const SECCOMP_RET_ERRNO = 0x0005_0000;
/** Load a word, compare it, return: <linux/bpf_common.h> */
const LD_W_ABS = 0x20, JEQ = 0x15, RET = 0x06;

const { symbols: c } = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "u64", "buffer", "u64", "u64"], result: "i32" },
  execv: { parameters: ["buffer", "buffer"], result: "i32" },
});

const [call, errno, ...command] = Deno.args;
const filter = instructions([
  [LD_W_ABS, 0, 0, 0], // `nr` of struct seccomp_data
  [JEQ, 0, 1, Number(call)],
  [RET, 0, 0, SECCOMP_RET_ERRNO | Number(errno)],
  [RET, 0, 0, SECCOMP_RET_ALLOW],
]);
const program = new DataView(new ArrayBuffer(16)); // struct sock_fprog
program.setUint16(0, filter.length / 8, true);
program.setBigUint64(8, addressOf(filter), true);
if (c.prctl(PR_SET_NO_NEW_PRIVS, 1n, null, 0n, 0n) !== 0) Deno.exit(3);
if (c.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0n, 0n) !== 0) Deno.exit(3);

const strings = command.map((word) => new TextEncoder().encode(`${word}\0`));
const pointers = BigUint64Array.from([...strings.map(addressOf), 0n]);
c.execv(strings[0], pointers);
Deno.exit(3); // it returns only when it fails

/** `struct sock_filter`: 16 bits of code, two jumps of 8, a constant of 32. */
function instructions(
  all: readonly (readonly [number, number, number, number])[],
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(all.length * 8));
  all.forEach(([code, ifTrue, ifFalse, constant], index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, ifTrue);
    view.setUint8(index * 8 + 3, ifFalse);
    view.setUint32(index * 8 + 4, constant, true);
  });
  return new Uint8Array(view.buffer);
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}
