import type { enLabProcesses } from "../en/lab_processes.ts";
import { count } from "./words.ts";

/** What people read of the experiments with forked processes, in Chinese. */
export const zhLabProcesses: typeof enLabProcesses = {
  "copy-on-write": {
    claim: "fork 出的子进程不用复制就拥有父进程的内存；其中一方写入时，系统才复制那一页，" +
      "另一方看不到改动。",
    privateMemory: (block: string) => `有一块 ${block} 内存的进程执行 fork；子进程独占的内存：`,
    afterFork: "fork 之后",
    afterReading: (block: string) => `读完全部 ${block} 之后`,
    afterWriting: (pages: number) => `写入 ${count(pages)} 个字节之后`,
    copied: (pages: number, copied: string, pageBytes: number) =>
      `这 ${count(pages)} 个字节各在一页（${count(pageBytes)} 字节）里，为此复制了 ${copied}`,
    time: (us: number, againUs: number) =>
      `这样写一次需要 ${us.toFixed(2)} µs，再写同一页只需 ${againUs.toFixed(3)} µs`,
    separate: "双方都没有看到对方写入的内容",
    notTheSame: "子进程没有看到父进程在 fork 之前写入的内容",
    notSeparate: "fork 之后，一方看到了另一方写入的内容",
    copiedAtOnce: "没有人写入，内存却已经复制了",
    notByPages: "复制的并不是写入的那些页",
  },
  "zombies": {
    claim: "子进程结束之后成为僵尸，一直留到父进程等待它为止；它不再占有内存，也杀不掉。",
    ended: (children: number) => `${children} 个子进程已经退出，父进程还没有等待它们：`,
    states: (states: readonly string[]) =>
      `这里没有可用的 ps；它们在 /proc 里的状态是 ${states.join("，")}`,
    memory: (memory: string) => `它们总共占有 ${memory} 内存`,
    killed: (left: number) => `对每一个执行 kill -9 之后，还有 ${left} 个`,
    waited: (statuses: readonly number[], left: number) =>
      `父进程等待它们，得知退出状态 ${statuses.join("，")}；之后还有 ${left} 个`,
    noZombie: "父进程还没有等待，子进程就已经消失了",
    hasMemory: "僵尸进程仍然占有内存",
    killable: "信号清除了僵尸进程",
    otherStatus: "父进程没有得知子进程是怎样结束的",
    stays: "父进程已经等待，僵尸进程却还在",
  },
};
