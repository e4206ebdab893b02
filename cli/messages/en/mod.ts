import { enFlags, enHelp, enSharedFlags, enSystem } from "./cli.ts";
import { enCompare, enCompareCommand } from "./compare.ts";
import { enConnect, enConnectCommand } from "./connect.ts";
import { enDemo, enDemoCommand } from "./demo.ts";
import { enDownload, enDownloadCommand } from "./download.ts";
import { enExpect } from "./expect.ts";
import { enFlood, enFloodCommand } from "./flood.ts";
import { enFloodEngine } from "./flood_engine.ts";
import { enLabCommand } from "./lab.ts";
import { enLearn, enLearnCommand } from "./learn.ts";
import { enMerge, enMergeCommand } from "./merge.ts";
import { enExplainCommand, enModelList, enModelsCommand } from "./models.ts";
import { enRace, enRaceCommand } from "./race.ts";
import { enServe, enServeCommand } from "./serve.ts";
import { enSweep, enSweepCommand } from "./sweep.ts";
import { enReplayCommand, enWatch, enWatchCommand } from "./watch.ts";
import { enWatchLanes } from "./watch_lanes.ts";
import { enWatchMoment } from "./watch_moment.ts";
import { count } from "./words.ts";

/** All texts in English but the pages on the models and the experiments, which are loaded later. */
export const en = {
  count,
  outputLost: (reason: string) => `cannot write the output: ${reason}`,
  outOfThreads: (reason: string) =>
    `the system allows no more threads (${reason}): ask for fewer, or raise the limit with ulimit -u`,
  help: enHelp,
  commands: {
    models: enModelsCommand,
    explain: enExplainCommand,
    serve: enServeCommand,
    flood: enFloodCommand,
    merge: enMergeCommand,
    sweep: enSweepCommand,
    race: enRaceCommand,
    compare: enCompareCommand,
    demo: enDemoCommand,
    connect: enConnectCommand,
    download: enDownloadCommand,
    lab: enLabCommand,
    learn: enLearnCommand,
    watch: enWatchCommand,
    replay: enReplayCommand,
  },
  sharedFlags: enSharedFlags,
  flags: enFlags,
  system: enSystem,
  serve: enServe,
  flood: enFlood,
  merge: enMerge,
  sweep: enSweep,
  expect: enExpect,
  floodEngine: enFloodEngine,
  race: enRace,
  demo: enDemo,
  watch: enWatch,
  learn: enLearn,
  watchLanes: enWatchLanes,
  watchMoment: enWatchMoment,
  connect: enConnect,
  download: enDownload,
  compare: enCompare,
  models: enModelList,
};
