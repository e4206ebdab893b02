/**
 * One thing has one name in Chinese, wherever people read it. The English texts have theirs from the
 * code, so the names that must not appear are kept for the Chinese ones only.
 *
 * @module
 */

import { assertEquals, assertGreater } from "../harness/assert.ts";
import "../harness/sanitizers.ts";

/** What a thing is called, and the names of it that must not appear. */
const GLOSSARY: readonly (readonly [name: string, others: RegExp])[] = [
  ["处理函数", /处理程序|处理器(?:文件|会被拒绝)|句柄/],
  ["睡眠", /休眠/],
  ["应答", /答复|回复|响应|(?:首次|每次|收到的?|任何|等待(?:最后的)?|\d% 的|条|个)回答/],
  ["监听队列", /积压/],
  ["阻塞", /堵塞|阻塞式/],
  ["唤醒", /叫醒/],
  ["查看", /检查/],
  ["白看", /白白(?:检查|查看)/],
  ["未记录", /未跟踪/],
  ["转交", /移交/],
  ["一轮", /[一两每几多]圈/],
  ["父进程", /主进程/],
  ["横条", /条块/],
  ["哈希", /散列/],
  ["过载", /超载/],
  ["重放", /回放/],
  ["服务器", /服务端/],
  ["连接", /链接/],
  ["水平触发", /电平触发|条件触发/],
  ["边缘触发", /边沿触发/],
  ["吞吐量", /吞吐率/],
];
const FOLDERS = ["cli", "clients", "servers"];

/** @yields the paths of all files below a folder */
async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesIn(path);
    else if (/\.(ts|js|html|md)$/.test(name)) yield path;
  }
}

/** @returns the text of a file, where a string that was cut at the end of a line is whole again */
async function textOf(path: string): Promise<string> {
  return (await Deno.readTextFile(path)).replaceAll(/["`] \+\s*["`]/g, "");
}

Deno.test("a thing has one name in all Chinese texts", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  const paths = [`${root}README.zh.md`];
  for (const folder of FOLDERS) {
    for await (const path of filesIn(`${root}${folder}`)) paths.push(path);
  }
  let inChinese = 0;
  const found: string[] = [];
  for (const path of paths) {
    const text = await textOf(path);
    if (!/\p{Script=Han}/u.test(text)) continue;
    inChinese++;
    for (const [name, others] of GLOSSARY) {
      const [other] = others.exec(text) ?? [];
      if (other !== undefined) found.push(`${path.slice(root.length)}: ${other}, not ${name}`);
    }
  }
  assertGreater(inChinese, 40);
  assertEquals(found, []);
});
