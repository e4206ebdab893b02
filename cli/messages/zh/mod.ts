import type { Messages } from "../../messages.ts";
import { zhFlags, zhHelp, zhSharedFlags, zhSystem } from "./cli.ts";
import { zhCompare, zhCompareCommand } from "./compare.ts";
import { zhConnect, zhConnectCommand } from "./connect.ts";
import { zhDemo, zhDemoCommand } from "./demo.ts";
import { zhDownload, zhDownloadCommand } from "./download.ts";
import { zhExpect } from "./expect.ts";
import { zhFlood, zhFloodCommand } from "./flood.ts";
import { zhFloodEngine } from "./flood_engine.ts";
import { zhLabCommand } from "./lab.ts";
import { zhLearn, zhLearnCommand } from "./learn.ts";
import { zhMerge, zhMergeCommand } from "./merge.ts";
import { zhExplainCommand, zhModelList, zhModelsCommand } from "./models.ts";
import { zhRace, zhRaceCommand } from "./race.ts";
import { zhServe, zhServeCommand } from "./serve.ts";
import { zhSweep, zhSweepCommand } from "./sweep.ts";
import { zhReplayCommand, zhWatch, zhWatchCommand } from "./watch.ts";
import { zhWatchLanes } from "./watch_lanes.ts";
import { zhWatchMoment } from "./watch_moment.ts";
import { count } from "./words.ts";

/** All texts in Chinese but the pages on the models and the experiments, which are loaded later. */
export const zh: Messages = {
  count,
  outputLost: (reason) => `输出无法写入：${reason}`,
  outOfThreads: (reason) =>
    `系统不允许再有更多线程（${reason}）：请少要一些，或用 ulimit -u 提高上限`,
  help: zhHelp,
  commands: {
    models: zhModelsCommand,
    explain: zhExplainCommand,
    serve: zhServeCommand,
    flood: zhFloodCommand,
    merge: zhMergeCommand,
    sweep: zhSweepCommand,
    race: zhRaceCommand,
    compare: zhCompareCommand,
    demo: zhDemoCommand,
    connect: zhConnectCommand,
    download: zhDownloadCommand,
    lab: zhLabCommand,
    learn: zhLearnCommand,
    watch: zhWatchCommand,
    replay: zhReplayCommand,
  },
  sharedFlags: zhSharedFlags,
  flags: zhFlags,
  system: zhSystem,
  serve: zhServe,
  flood: zhFlood,
  merge: zhMerge,
  sweep: zhSweep,
  expect: zhExpect,
  floodEngine: zhFloodEngine,
  race: zhRace,
  demo: zhDemo,
  watch: zhWatch,
  learn: zhLearn,
  watchLanes: zhWatchLanes,
  watchMoment: zhWatchMoment,
  connect: zhConnect,
  download: zhDownload,
  compare: zhCompare,
  models: zhModelList,
};
