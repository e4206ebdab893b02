import type { Chapter, Text } from "../../../clients/learn/chapter.ts";

/** A chapter with a step of each kind, on `select`. */
export const SELECT: Chapter = {
  id: "select",
  title: { en: "Ask for many at once", zh: "一次问很多个" },
  minutes: 5,
  steps: [
    { kind: "read", text: both("One call waits for all: `select`.\n\nIt looks at each socket.") },
    {
      kind: "do",
      text: both("A server starts, and three clients connect."),
      by: "course",
      actions: [
        { do: "serve", server: { model: "select", flags: ["--sockets", "deno"] } },
        { do: "open", count: 3 },
        { do: "until", is: { measure: "waiting", is: "=", than: 3 }, withinMs: 10_000 },
      ],
    },
    { kind: "observe", text: both("This is the lane of the loop."), at: "lane:0" },
    {
      kind: "predict",
      question: both("Each of them talks. How many are served?"),
      answers: [
        {
          text: both("One."),
          when: { measure: "served", is: "<", than: 3 },
          because: both("Only {served} had an answer."),
        },
        {
          text: both("All."),
          when: { measure: "served", is: ">=", than: 3 },
          because: both("{served} had an answer, in one thread."),
        },
      ],
      actions: [
        { do: "talk", on: true, everyMs: 100, text: "hello" },
        { do: "until", is: { measure: "served", is: "=", than: 3 }, withinMs: 10_000 },
      ],
    },
    { kind: "explain", text: both("It returns with those that are ready."), code: "wait" },
    {
      kind: "do",
      text: both("Let two more connect."),
      by: "reader",
      actions: [
        { do: "open", count: 2 },
        { do: "until", is: { measure: "clients", is: "=", than: 5 }, withinMs: 10_000 },
      ],
    },
    {
      kind: "check",
      question: both("How many clients are there?"),
      answers: [
        {
          text: both("Fewer than five."),
          when: { measure: "clients", is: "<", than: 5 },
          because: both("There are {clients}."),
        },
        {
          text: both("Five."),
          when: { measure: "clients", is: "=", than: 5 },
          because: both("There are {clients}."),
        },
        {
          text: both("More."),
          when: { measure: "clients", is: ">", than: 5 },
          because: both("There are {clients}."),
        },
      ],
    },
    { kind: "experiment", args: ["models"], text: both("All models.") },
  ],
  tryIt: [
    { command: "playground serve select --watch", says: both("a server") },
    { command: "playground connect", says: both("a client") },
  ],
};

/** The Chinese text has a mark, so that a test sees which one is shown. */
export function both(en: string): Text {
  return { en, zh: `〔中〕${en}` };
}
