/** The help of `playground models`, in Chinese. */
export const zhModelsCommand = {
  summary: "列出所有模型：由谁服务客户端、在哪里等待、长处与局限",
  usage: "models [--json]",
  flags: {},
  examples: ["playground models"],
};

/** The help of `playground explain`, in Chinese. */
export const zhExplainCommand = {
  summary: "讲解一个模型：工作原理、谁在等谁、可以做哪些实验",
  usage: "explain <模型>",
  flags: {},
  examples: ["playground explain select"],
};

/** The words of the list of models, in Chinese. */
export const zhModelList = {
  workers: {
    caller: "唯一的线程，一次一个客户端",
    process: "每个客户端一个进程",
    thread: "每个客户端一个线程",
    sharedThread: "一个线程，与其他客户端共用",
    loop: "所有客户端共用一个循环",
    loops: "几个循环中的一个",
    threads: "几个线程中的任意一个，每次往往不同",
    coroutine: "每个客户端一个协程",
  },
  // The caller puts a space after these, which a full-width colon would double.
  servedBy: "服务者:",
  waitsIn: "等待点:",
  nothing: "无",
};
