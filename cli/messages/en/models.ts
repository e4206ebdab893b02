/** The help of `playground models`, in English. */
export const enModelsCommand = {
  summary: "list the models: who serves a client, what it waits in, strengths and limits",
  usage: "models [--json]",
  flags: {},
  examples: ["playground models"],
};

/** The help of `playground explain`, in English. */
export const enExplainCommand = {
  summary: "explain a model: how it works, who waits for whom, what to try with it",
  usage: "explain <model>",
  flags: {},
  examples: ["playground explain select"],
};

/** The words of the list of models, in English. */
export const enModelList = {
  workers: {
    caller: "the one thread, one client at a time",
    process: "a process of its own",
    thread: "a thread of its own",
    sharedThread: "a thread that it shares with others",
    loop: "one loop for all",
    loops: "one of several loops",
    threads: "any of several threads, often another one each time",
    coroutine: "a coroutine of its own",
  },
  servedBy: "a client is served by",
  waitsIn: "waits in",
  nothing: "nothing",
};
