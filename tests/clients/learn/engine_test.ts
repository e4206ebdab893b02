import type { Action, Chapter, Step } from "../../../clients/learn/chapter.ts";
import { Engine, type Mark } from "../../../clients/learn/page/engine.js";
import { type Entry, RecordedStage } from "../../../clients/learn/page/recorded_stage.js";
import { type Frame, STATES } from "../../../servers/watch/frames.ts";
import { assertEquals, assertStringIncludes } from "../../harness/assert.ts";
import { FakeRun } from "../../harness/fake_run.ts";
import "../../harness/sanitizers.ts";
import { both, SELECT } from "./select_chapter.ts";

const WAITING = STATES.indexOf("waiting");

/** A stage without servers: the test says what is in the next frame. */
class FakeStage implements Disposable {
  readonly done: string[] = [];
  readonly marks: Mark[] = [];
  readonly entries: Entry[] = [];
  readonly engine: Engine;
  readonly #run = new FakeRun();
  readonly #timer: ReturnType<typeof setInterval>;
  #timeMs = 1_000;
  #clients = 0;
  /** What an action fails with. */
  failure = "";

  constructor(chapter: Chapter) {
    this.engine = new Engine(chapter, {
      begin: () => Promise.resolve(),
      perform: (step, action) => this.#perform(chapter.steps[step], action),
      goOn: () => {},
    });
    this.#timer = setInterval(() => this.#isAwaited && this.frame(), 1);
    this.engine.onMark = (mark) => {
      this.marks.push(mark);
      this.entries.push(structuredClone(mark));
    };
  }

  /** Publishes a frame. */
  frame(parts: Partial<Frame> = {}): void {
    this.#timeMs += 50;
    const frame = this.#run.frame({ timeMs: this.#timeMs, isWhole: false, ...parts });
    this.entries.push({ frame });
    this.engine.apply(frame);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  get #isAwaited(): boolean {
    return this.engine.isBusy && this.engine.results.every(({ isAsked }) => !isAsked);
  }

  async #perform(step: Step, index: number): Promise<void> {
    const action: Action = "actions" in step ? step.actions[index] : { do: "run", args: [] };
    this.done.push(action.do);
    await Promise.resolve();
    if (this.failure !== "") throw new Error(this.failure);
    switch (action.do) {
      case "serve":
        this.#clients = 0;
        this.entries.push({ hello: { model: action.server.model } });
        return this.frame({ isWhole: true });
      case "open":
        return this.open(action.count);
      case "talk":
        return this.frame({ transfers: this.#ids.map((id) => [this.#timeMs + 1, id, 0, 0, 5]) });
      case "run":
        return this.engine.print("a line");
    }
  }

  open(count: number): void {
    const before = this.#clients;
    this.#clients += count;
    this.frame({ changes: this.#ids.slice(before).map((id) => [this.#timeMs, id, WAITING, 0]) });
  }

  get #ids(): number[] {
    return Array.from({ length: this.#clients }, (_, i) => i + 1);
  }
}

function indexOf(kind: Step["kind"]): number {
  return SELECT.steps.findIndex((step) => step.kind === kind);
}

/** Waits until the engine has done everything that it can. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("a step that is reached has all before it done, once and in order", async () => {
  using stage = new FakeStage(SELECT);
  await stage.engine.reach(3);
  assertEquals(stage.done, ["serve", "open"]);
  await stage.engine.reach(2);
  await stage.engine.reach(4);
  assertEquals(stage.done, ["serve", "open", "talk"]);
  assertEquals(stage.engine.results.map(({ state }) => state).slice(1, 5), [
    ...["done", "done", "done", "none"],
  ]);
});

Deno.test("a prediction is judged by what was measured after it", async () => {
  using stage = new FakeStage(SELECT);
  const index = indexOf("predict");
  await stage.engine.reach(index);
  assertEquals(stage.engine.trueAnswer(index), undefined);
  await stage.engine.reach(index + 1);
  assertEquals(stage.engine.trueAnswer(index), 1);
  assertEquals(stage.engine.valuesOf(index).served, 3);
});

Deno.test("a step says when it did not come true in time, and goes on", async () => {
  const impatient: Chapter = {
    ...SELECT,
    steps: [{
      ...{ kind: "do", by: "course", text: both("") },
      actions: [
        { do: "serve", server: { model: "select", flags: [] } },
        { do: "until", is: { measure: "clients", is: "=", than: 9 }, withinMs: 200 },
      ],
    }],
  };
  using stage = new FakeStage(impatient);
  const { engine } = stage;
  await engine.reach(1);
  assertEquals([engine.results[0].state, engine.results[0].late], ["done", [1]]);
});

Deno.test("what cannot be done is said, and nothing is judged", async () => {
  using stage = new FakeStage(SELECT);
  stage.failure = "no server";
  await stage.engine.reach(4);
  const [, result] = stage.engine.results;
  assertEquals([result.state, result.failure], ["failed", "no server"]);
  assertEquals(stage.engine.trueAnswer(3), undefined);
});

Deno.test("a server that ends in the middle ends what waits for it", async () => {
  using stage = new FakeStage(SELECT);
  await stage.engine.reach(3);
  const reached = stage.engine.reach(4);
  await Promise.resolve();
  stage.engine.lose("it has ended");
  await reached;
  assertStringIncludes(stage.engine.results[3].failure, "it has ended");
});

Deno.test("the reader is asked for an action, and the button does it", async () => {
  using stage = new FakeStage(SELECT);
  const index = 5;
  const reached = stage.engine.reach(index + 1, { byHand: true });
  await until(() => stage.engine.results[index].isAsked);
  assertEquals(stage.done.at(-1), "talk");
  stage.engine.press();
  await reached;
  assertEquals(stage.done.at(-1), "open");
  assertEquals(stage.engine.trueAnswer(index + 1), 1); // five clients
});

Deno.test("the reader may use the controls instead", async () => {
  using stage = new FakeStage(SELECT);
  const index = 5;
  const reached = stage.engine.reach(index + 1, { byHand: true });
  await until(() => stage.engine.results[index].isAsked);
  stage.open(2);
  await reached;
  assertEquals(stage.done.at(-1), "talk"); // nothing was opened twice
  assertEquals(stage.engine.results[index].values.clients, 5);
});

Deno.test("a reader who goes on without doing it has it done, but not one who goes back", async () => {
  using stage = new FakeStage(SELECT);
  const index = 5;
  stage.engine.reach(index + 1, { byHand: true });
  await until(() => stage.engine.results[index].isAsked);
  stage.engine.reach(index - 1);
  stage.engine.reach(index);
  assertEquals(stage.engine.results[index].isAsked, true);
  await stage.engine.reach(index + 1);
  assertEquals(stage.done.at(-1), "open");
});

Deno.test("a run that was disturbed is repeated, from its server on", async () => {
  using stage = new FakeStage(SELECT);
  const check = indexOf("check");
  await stage.engine.reach(check + 1);
  const first = [...stage.done];
  await stage.engine.again(check);
  assertEquals(stage.done, [...first, ...first]);
  assertEquals(stage.engine.trueAnswer(check), 1);
});

/** Two servers, each with a question; the reader is asked for an action at the second one. */
const TWO_SERVERS: Chapter = {
  ...SELECT,
  steps: [...SELECT.steps.slice(0, 5), ...SELECT.steps.slice(1)],
};

Deno.test("what was left out is done when the reader goes back to it", async () => {
  using stage = new FakeStage(TWO_SERVERS);
  const { engine } = stage;
  await engine.reach(7); // by a link, into what happens at the second server
  assertEquals([engine.results[3].state, stage.done], ["none", ["serve", "open"]]);
  await engine.reach(3);
  await engine.reach(4);
  assertEquals(engine.trueAnswer(3), 1);
  assertEquals(stage.done.slice(2), ["serve", "open", "talk"]);
  await engine.reach(8); // and the second server is there again
  assertEquals(engine.trueAnswer(7), 1);
  assertEquals(stage.done.slice(5), ["serve", "open", "talk"]);
});

Deno.test("nothing waits for a reader who is asked for an action and does something else", async () => {
  const asked = 9;
  const others: ((engine: Engine) => Promise<unknown>)[] = [
    (engine) => engine.reach(4),
    (engine) => engine.again(7),
    (engine) => engine.experiment(TWO_SERVERS.steps.length - 1),
  ];
  for (const other of others) {
    using stage = new FakeStage(TWO_SERVERS);
    const { engine } = stage;
    const reached = engine.reach(asked + 1, { byHand: true });
    await until(() => engine.results[asked].isAsked);
    await other(engine);
    await reached;
  }
});

Deno.test("experiments wait until they are wanted, and print", async () => {
  using stage = new FakeStage(SELECT);
  const index = indexOf("experiment");
  await stage.engine.reach(SELECT.steps.length);
  assertEquals(stage.engine.results[index].state, "none");
  await stage.engine.experiment(index);
  assertEquals(stage.engine.results[index].lines, ["a line"]);
});

Deno.test("a recorded run waits as long as the live one did, however hurried", async () => {
  const slow: Chapter = {
    ...SELECT,
    steps: [{
      ...{ kind: "do", by: "course", text: both("") },
      actions: [
        { do: "serve", server: { model: "select", flags: [] } },
        { do: "until", is: { measure: "seconds", is: ">=", than: 1 }, withinMs: 5_000 },
      ],
    }],
  };
  using live = new FakeStage(slow);
  await live.engine.reach(1);
  const stage = new RecordedStage(Promise.resolve(live.entries), {
    onFrame: (frame) => engine.apply(frame as Frame),
    ...{ onHello: () => {}, onLine: () => {}, onLost: () => {}, onKey: () => {} },
    onClosed: () => {},
  });
  stage.hurry(true);
  const engine: Engine = new Engine(slow, stage);
  await engine.reach(1);
  await new Promise((resolve) => setTimeout(resolve)); // the stage plays to the end of the step
  assertEquals(engine.results[0], live.engine.results[0]);
});

Deno.test("a recorded run measures what the live one did, also after a jump", async () => {
  using live = new FakeStage(SELECT);
  for (let step = 0; step < SELECT.steps.length; step++) {
    await live.engine.reach(step + 1);
    live.frame(); // what goes on between two steps
    live.frame();
  }
  const hellos: object[] = [];
  const make = () => {
    const stage = new RecordedStage(Promise.resolve(live.entries), {
      onHello: (hello) => hellos.push(hello),
      onFrame: (frame) => engine.apply(frame as Frame),
      ...{ onLine: () => {}, onLost: () => {}, onKey: () => {}, onClosed: () => {} },
    });
    stage.hurry(true);
    const engine: Engine = new Engine(SELECT, stage);
    return { engine, stage };
  };
  const { engine, stage } = make();
  for (let step = 0; step < SELECT.steps.length; step++) {
    await engine.reach(step + 1);
    stage.rest();
  }
  const measuredLive = live.engine.results.map(({ values }) => values);
  assertEquals(engine.results.map(({ values }) => values), measuredLive);
  assertEquals(hellos.length, 1);

  const jumped = make().engine;
  await jumped.reach(6);
  assertEquals(jumped.results[5].values, measuredLive[5]);
  await jumped.again(6);
  assertEquals(jumped.trueAnswer(6), 1);
});
