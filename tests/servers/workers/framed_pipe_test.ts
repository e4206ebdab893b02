import { assertEquals, assertRejects } from "../../harness/assert.ts";
import { FramedPipe } from "../../../servers/workers/framed_pipe.ts";
import { encodeFrame, FrameReader } from "../../../servers/workers/frames.ts";
import "../../harness/sanitizers.ts";

interface Word {
  readonly word: string;
}

/** Two ends, each of which reads what the other one writes. */
function pair() {
  const heard: Word[][] = [[], []];
  const [there, back] = [new TransformStream<Uint8Array>(), new TransformStream<Uint8Array>()];
  const ends = [there, back].map(({ writable }, index) => {
    const writer = writable.getWriter();
    return {
      writer,
      pipe: new FramedPipe<Word, Word>((bytes) => writer.write(bytes), (word) => {
        heard[index].push(word);
      }),
    };
  });
  const running = Promise.all([ends[0].pipe.run(back.readable), ends[1].pipe.run(there.readable)]);
  return {
    pipes: ends.map(({ pipe }) => pipe),
    heard,
    async close() {
      await Promise.all(ends.map(({ writer }) => writer.close()));
      await running;
    },
  };
}

Deno.test("frames are found wherever the stream is cut", () => {
  const messages = [{ kind: "said", bytes: Uint8Array.of(1, 2, 3) }, {
    kind: "left",
    bytes: new Uint8Array(0),
  }];
  const stream = messages.flatMap((message) => [...encodeFrame(message)]);
  for (const size of [1, 7, stream.length]) {
    const reader = new FrameReader();
    const found = [];
    for (let at = 0; at < stream.length; at += size) {
      found.push(...reader.read(Uint8Array.from(stream.slice(at, at + size))));
    }
    assertEquals(found, messages);
  }
});

Deno.test("data that nobody takes holds up no message, and all of it arrives when it is taken", async () => {
  const { pipes: [one, other], heard, close } = pair();
  const data = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
  const sending = one.send(data);
  one.tell({ word: "meanwhile" });
  while (heard[1].length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(heard[1].map(({ word }) => word), ["meanwhile"]);
  const received: number[] = [];
  while (received.length < data.length) {
    const bytes = await other.receive() ?? new Uint8Array(0);
    received.push(...bytes);
    other.took(bytes.length);
  }
  assertEquals(await sending, true);
  assertEquals(received, [...data]);
  one.tell({ kind: "end" });
  assertEquals(await other.receive(), undefined);
  await close();
});

Deno.test("who sends to an end that is gone learns it", async () => {
  const { pipes: [one], close } = pair();
  const sending = one.send(new Uint8Array(200_000));
  await close();
  assertEquals(await sending, false);
});

Deno.test("a stream of something else is an error", async () => {
  const pipe = new FramedPipe(() => Promise.resolve(), () => {});
  const noise = new Response("this is what a handler has printed").body ?? new ReadableStream();
  await assertRejects(() => pipe.run(noise), Error, "this is no message");
});

Deno.test("what an end has written before it was gone still arrives", async () => {
  const pipe = new FramedPipe<Word, Word>(
    () => Promise.reject(new Deno.errors.BrokenPipe()),
    () => {},
  );
  const late = Promise.withResolvers<void>();
  async function* chunks() {
    await late.promise;
    yield encodeFrame({ kind: "data", bytes: Uint8Array.of(42) });
  }
  const running = pipe.run(chunks());
  pipe.tell({ word: "nobody hears this" });
  await pipe.written();
  const receiving = pipe.receive();
  late.resolve();
  assertEquals(await receiving, Uint8Array.of(42));
  await running;
  assertEquals(await pipe.receive(), undefined);
});
