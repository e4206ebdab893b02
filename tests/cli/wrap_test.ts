import { enModels } from "../../cli/messages/en/models_pages.ts";
import { zhModels } from "../../cli/messages/zh/models_pages.ts";
import { wrapText } from "../../cli/wrap.ts";
import { assert, assertEquals, assertLessOrEqual } from "../harness/assert.ts";
import "../harness/sanitizers.ts";

/** How wide a text is in a terminal: Chinese characters and their punctuation take two columns. */
function width(text: string): number {
  const wide = text.match(/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g) ?? [];
  return text.length + wide.length;
}

const CLOSING = "，。；：、！？）”’』」》〉】";

/** Every running text on the models. */
const PROSE = [enModels, zhModels].flatMap((texts) =>
  Object.values(texts.models).flatMap(({ how, strengths, weaknesses, tries }) => [
    ...how,
    ...strengths,
    ...weaknesses,
    ...tries.map(([, look]) => look),
  ])
);

Deno.test("wrapText() stays within its columns and loses nothing", () => {
  for (const columns of [40, 61, 80, 100]) {
    for (const text of PROSE) {
      const lines = wrapText(text, columns, "  + ", "    ").split("\n");
      for (const line of lines) assertLessOrEqual(width(line), columns, line);
      const wrapped = lines.map((line) => line.slice(4)).join("");
      assertEquals(wrapped.replace(/\s/g, ""), text.replace(/\s/g, ""));
    }
  }
});

Deno.test("wrapText() fills its lines, and breaks between words or Chinese characters", () => {
  assertEquals(wrapText("one two three", 9, "- ", "  "), "- one two\n  three");
  assertEquals(wrapText("one two three", 8, "- ", "  "), "- one\n  two\n  three");
  assertEquals(wrapText("一二三四五", 8, "- ", "  "), "- 一二三\n  四五");
  assertEquals(wrapText("一二 select 三四", 12, "", ""), "一二 select\n三四");
  assertEquals(wrapText("", 8, "- ", "  "), "-");
});

Deno.test("wrapText() begins no line with a closing mark", () => {
  const examples = [...CLOSING, "）。", "”，"].map((mark) => `汉字汉字${mark}汉字`);
  for (const text of [...PROSE, ...examples]) {
    for (let columns = 8; columns <= 40; columns++) {
      const lines = wrapText(text, columns, "", "").split("\n");
      for (const line of lines) assert(!CLOSING.includes(line[0]), `${line} in ${columns}`);
    }
  }
});
