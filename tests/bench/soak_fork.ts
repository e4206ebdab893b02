/**
 * Whether a parent stays as it is that forks for each client: 20,000 connections to `process --sockets
 * libc`, with a handler that makes garbage: `deno task soak:fork [CONNECTIONS] [SECONDS]`. Linux; needs a
 * C compiler.
 *
 * Five clients talk all the time while others come and go. No answer may be wrong or missing, no child
 * may stay, none may be a zombie for longer than a second, and the parent must have as many descriptors
 * and as much memory at the end as in the middle. Exits with 1 if any of it does not hold, or if it takes
 * longer than SECONDS.
 *
 * @module
 */

// @ts-types="../../cli/std/delay.d.ts"
import { delay } from "@std/async/delay";
import { memoryOf } from "../../clients/lab/private_memory.ts";
import { readSystemDirectory, readSystemFile } from "../../servers/system/proc.ts";
import { type ProcessInfo, processTree } from "../../servers/system/process_tree.ts";
import { exchange } from "../harness/clients.ts";
import { Server } from "../harness/playground.ts";
import { CompiledPrograms, pathOf, runOrFail } from "./measure.ts";

const CONNECTIONS = Number(Deno.args[0] ?? 20_000);
const SECONDS = Number(Deno.args[1] ?? 600);
const PROCESSES = 5;
const HELD = 5;
/** After each of these parts the parent is looked at. */
const PARTS = 10;
const MESSAGE_BYTES = 200;
const LOOK_INTERVAL_MS = 50;
/** So long even a busy machine lets no parent wait for a processor. */
const MAX_ZOMBIE_MS = 1_000;
/** How long the last children may take to end. */
const END_TIMEOUT_MS = 5_000;
const MAX_GROWTH_BYTES = 8_000_000;

/** How the parent stands. */
interface Look {
  readonly descriptors: number;
  readonly residentBytes: number;
  readonly proportionalBytes: number;
}

await using programs = new CompiledPrograms();
const churn = await programs.program(pathOf("churn.c"));
await using server = await Server.start(
  ["process", "--sockets", "libc", "--quiet", "--backlog", "4096", "--grace", "0"]
    .concat("--handler", pathOf("garbage_handler.js")),
);
const before = new Set(processTree(server.pid).map(({ pid }) => pid));
const held: Deno.TcpConn[] = [];
while (held.length < HELD) {
  held.push(await server.connect());
  await exchange(held[held.length - 1], "hello");
}
const parent = parentOf(newProcesses());
console.log(`process ${parent} serves; ${CONNECTIONS} connections come and go`);

let isOver = false;
let talkWrong = 0;
const [talking, watching] = [Promise.all(held.map(talk)), watchZombies()];
const sums = { right: 0, wrong: 0, hung: 0 };
const looks: Look[] = [];
const beganMs = performance.now();
const secondsLeft = () => Math.max(0, SECONDS - (performance.now() - beganMs) / 1_000);
for (let part = 0; part < PARTS && secondsLeft() > 0; part++) {
  const each = CONNECTIONS / PARTS / PROCESSES;
  const args = [server.port, PROCESSES, each, MESSAGE_BYTES, secondsLeft(), "echo"].map(String);
  const { right, wrong, hung } = JSON.parse(await runOrFail(churn, args));
  sums.right += right;
  sums.wrong += wrong;
  sums.hung += hung;
  looks.push(look());
}
const elapsedSeconds = (performance.now() - beganMs) / 1_000;
isOver = true;
await talking;
const oldestZombieMs = await watching;
for (const client of held) client.close();
const left = await childrenLeft();
report();

/** The process of which most of the children are. */
function parentOf(children: readonly ProcessInfo[]): number {
  const parents = children.map(({ parent }) => parent).toSorted((a, b) => a - b);
  return parents[Math.floor(parents.length / 2)];
}

function newProcesses(): ProcessInfo[] {
  return processTree(server.pid).filter(({ pid }) => !before.has(pid));
}

function look(): Look {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readSystemFile(`/proc/${parent}/status`))?.[1];
  return {
    descriptors: readSystemDirectory(`/proc/${parent}/fd`).length,
    residentBytes: Number(resident) * 1_024,
    proportionalBytes: memoryOf(parent).proportionalBytes,
  };
}

async function talk(client: Deno.TcpConn, number: number): Promise<void> {
  for (let i = 0; !isOver; i++) {
    const text = `message ${i} of client ${number}`;
    if (await exchange(client, text) !== text) talkWrong++;
    await delay(LOOK_INTERVAL_MS);
  }
}

/** @returns for how long the oldest zombie was seen, in milliseconds */
async function watchZombies(): Promise<number> {
  let firstSeenMs = new Map<number, number>();
  let oldestMs = 0;
  while (!isOver) {
    const nowMs = performance.now();
    const zombies = newProcesses().map(({ pid }) => pid).filter(isZombie);
    firstSeenMs = new Map(zombies.map((pid) => [pid, firstSeenMs.get(pid) ?? nowMs]));
    for (const sinceMs of firstSeenMs.values()) oldestMs = Math.max(oldestMs, nowMs - sinceMs);
    await delay(LOOK_INTERVAL_MS);
  }
  return oldestMs;
}

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(readSystemFile(`/proc/${pid}/status`));
}

/** Waits for the children of clients that have left. @returns how many do not end */
async function childrenLeft(): Promise<number> {
  const endMs = performance.now() + END_TIMEOUT_MS;
  while (newProcesses().length > 0 && performance.now() < endMs) await delay(LOOK_INTERVAL_MS);
  return newProcesses().length;
}

function report(): void {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  for (
    const [name, shown] of Object.entries({
      "descriptors": ({ descriptors }: Look) => String(descriptors),
      "resident, MB": ({ residentBytes }: Look) => megabytes(residentBytes),
      "proportional, MB": ({ proportionalBytes }: Look) => megabytes(proportionalBytes),
    })
  ) console.log(`${name.padEnd(18)}${looks.map(shown).join(" ")}`);
  const { right, wrong, hung } = sums;
  console.log(
    `${right} of ${CONNECTIONS} answered in ${
      elapsedSeconds.toFixed(0)
    } s, ${wrong} wrong, ${hung} ` +
      `hung, ${talkWrong} wrong to those who stayed; ${left} children left, ` +
      `a zombie for ${oldestZombieMs.toFixed(0)} ms at most`,
  );
  const [middle, end] = [looks[Math.floor(looks.length / 2)], looks[looks.length - 1]];
  const isFlat = looks.length === PARTS && end.descriptors <= middle.descriptors &&
    end.residentBytes - middle.residentBytes < MAX_GROWTH_BYTES &&
    end.proportionalBytes - middle.proportionalBytes < MAX_GROWTH_BYTES;
  const faults = wrong + hung + talkWrong + left;
  const isReaped = oldestZombieMs <= MAX_ZOMBIE_MS;
  if (right !== CONNECTIONS || faults > 0 || !isFlat || !isReaped) Deno.exitCode = 1;
}
