/**
 * Compiles `playground` into one executable: `deno task compile`.
 *
 * `deno compile` downloads a runtime base for that. Where the download cannot be reached, this falls
 * back to the base in an npm package, see `denort.ts`.
 *
 * ```
 * --target TRIPLE   the platform to compile for; this one by default
 * --entry FILE      what to compile; main.ts by default
 * --output PATH     where to write; dist/playground by default
 * --no-fallback     fail where Deno's own download cannot be reached, as releases must
 * ```
 *
 * @module
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { V8_FLAGS_TO_FORK } from "../../servers/system/fork.ts";
import { PERMISSIONS } from "../../servers/system/self_exec.ts";
import { Failure, type Outcome, run } from "./run.ts";
import { DENORT_PACKAGE, DENORT_TARGET, DENORT_VERSION, withPackagedBase } from "./denort.ts";

/** Workers, handlers and pages: loaded by URL, so `deno compile` does not find them by itself. */
const LOADED_BY_URL = [
  "--include=servers/runtime/worker.ts",
  "--include=servers/runtime/forking_worker.ts",
  "--include=clients/flood/libc/worker.ts",
  "--include=servers/workers/deno/client_worker.ts",
  "--include=servers/workers/libc/client_worker.ts",
  "--include=servers/workers/handler/worker.ts",
  "--include=servers/workers/handler/send_worker.ts",
  "--include=servers/coroutines/gevent/thread_worker.ts",
  "--include=cli/result.css",
  "--include=clients/race/page",
  "--include=clients/sweep/page",
  "--include=servers/watch/page",
  "--include=clients/learn/page",
  "--include=clients/lab/echo_worker.ts",
  "--include=clients/lab/accept_worker.ts",
  "--include=clients/lab/thread_handler.js",
  "--include=clients/lab/handoff_worker.ts",
  "--include=clients/lab/hog_handler.js",
  "--include=clients/lab/slow_handler.js",
];
/**
 * Packages of the tests, which `deno compile` includes since the lock file has them, and files of
 * others for other tools. The executable holds all that it includes in memory, and copies it when it
 * starts: a megabyte takes about a millisecond.
 */
const LEFT_OUT = Object.entries({
  "playwright-core": ["."],
  "axe-core": ["."],
  "@std/assert": [
    ...["bytes", "collections", "crypto", "csv", "encoding", "expect", "front_matter", "html"],
    ...["http", "json", "jsonc", "media_types", "msgpack", "path", "regexp", "semver", "toml"],
    ...["ulid", "uuid", "yaml"],
  ],
  "chart.js": [
    ...["dist/chunks", "dist/types", "dist/chart.js", "dist/chart.cjs", "dist/chart.umd.js"],
    "../../@kurkle/color",
  ],
  "simple-statistics": ["src", "dist/simple-statistics.cjs", "dist/simple-statistics.min.js"],
  "uplot": ["dist/uPlot.iife.js", "dist/uPlot.esm.js"],
  "hdr-histogram-js": ["dist/hdrhistogram.umd.js", "../../pako/1.0.11/dist"],
}).flatMap(([name, paths]) => {
  const directory = directoryOf(name);
  const isWhole = paths.includes(".");
  // The command line of Windows has no room for hundreds of paths, CreateProcess.
  const others = isWhole || Deno.build.os === "windows" ? [] : filesForDevelopers(directory);
  return [...paths.map((path) => resolve(directory, path)), ...others];
}).map((path) => `--exclude=${path}`);

interface Options {
  target: string;
  output: string;
  entry: string;
  fallback: boolean;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: "string", default: Deno.build.target },
      output: { type: "string", default: "dist/playground" },
      entry: { type: "string", default: "main.ts" },
      "no-fallback": { type: "boolean", default: false },
    },
  });
  const { target, output, entry } = values;
  const extension = target.includes("windows") && !output.endsWith(".exe") ? ".exe" : "";
  return { target, output: output + extension, entry, fallback: !values["no-fallback"] };
}

/** Compiles, and says where the base came from. */
async function compile(options: Options): Promise<string> {
  const { target, fallback } = options;
  const outcome = await run(Deno.execPath(), compileArgs(options));
  if (outcome.success) {
    return Deno.env.has("DENORT_BIN")
      ? "in DENORT_BIN"
      : `of Deno ${Deno.version.deno} from Deno's own download`;
  }

  const reason = whyBaseIsUnreachable(outcome.stderr);
  if (reason === undefined) throw compileFailure(outcome);
  const problem =
    `the runtime base of Deno ${Deno.version.deno} for ${target} cannot be downloaded: ${reason}`;
  if (!fallback) throw new Failure(problem);
  if (target !== DENORT_TARGET || Deno.build.target !== DENORT_TARGET) {
    throw new Failure(`${problem} (only on and for ${DENORT_TARGET} is there a fallback)`);
  }

  console.log(`${problem}\nfalling back to the one in the npm package ${DENORT_PACKAGE}`);
  const fallbackOutcome = await withPackagedBase((base) => compileWithBase(base, options));
  if (!fallbackOutcome.success) throw compileFailure(fallbackOutcome);
  return `of Deno ${DENORT_VERSION} from the npm package ${DENORT_PACKAGE}, ` +
    "for closed networks and tests only";
}

function compileArgs({ target, output, entry }: Options): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check", // `deno task check` does that
    "--frozen", // what is compiled is what the lock file says
    // Each run would make a cache of what V8 has compiled, and end before it is written.
    "--no-code-cache",
    ...PERMISSIONS,
    ...LEFT_OUT,
    ...(entry === "main.ts" ? LOADED_BY_URL : []),
    // The executable forks, and has no other way to start itself with a switch of V8.
    ...(target.includes("linux") ? [V8_FLAGS_TO_FORK] : []),
    `--target=${target}`,
    `--output=${output}`,
    entry,
  ];
}

/** Only the Deno of the same version can put modules on a base. */
function compileWithBase(base: string, options: Options): Promise<Outcome> {
  return run("npx", ["-y", `deno@${DENORT_VERSION}`, ...compileArgs(options)], {
    DENORT_BIN: base,
    // Closed networks often sign with certificates of their own. Deno 2.5 looks for them in the
    // system's store only with this.
    DENO_TLS_CA_STORE: "system,mozilla",
  });
}

/** Where Deno keeps a package: all that comes after its name and version lies in it. */
function directoryOf(name: string): string {
  const path = fileURLToPath(import.meta.resolve(name));
  const [directory] = path.match(/^.*[\\/]\d+\.\d+\.\d+[^\\/]*[\\/]/) ?? [];
  if (directory === undefined) throw new Error(`${path} is in no directory of a version`);
  return directory;
}

/** Types, tests, and maps to the source. */
function filesForDevelopers(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => {
    const path = resolve(directory, name);
    if (isDirectory) return filesForDevelopers(path);
    return /\.map$|\.d\.[cm]?ts$|\.spec\.js$/.test(name) ? [path] : [];
  });
}

function compileFailure({ stderr }: Outcome): Failure {
  return new Failure("deno compile failed", { cause: stderr });
}

/**
 * Why the runtime base could not be downloaded, or `undefined` if the compile failed for another
 * reason: a missing module, a full disk, a target that does not exist.
 */
export function whyBaseIsUnreachable(stderr: string): string | undefined {
  return stderr.match(
    /Setting up base binary\.[^]*error sending request for url \([^)]*\/denort-[^)]*\): (.*)/,
  )?.[1];
}

async function main(): Promise<void> {
  // Ctrl-C also reaches the command that runs. When that has ended, this cleans up and ends as well.
  Deno.addSignalListener("SIGINT", () => {});
  Deno.chdir(new URL("../..", import.meta.url));
  try {
    const options = parseOptions(Deno.args);
    const base = await compile(options);
    console.log(`${options.output}: compiled with the runtime base ${base}`);
  } catch (error) {
    if (!isForeseen(error)) throw error;
    if (typeof error.cause === "string") console.error(error.cause.trimEnd());
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  }
  Deno.exit(0); // the signal listener would keep it running
}

/** Errors with a code come from outside: from the operating system, or from wrong arguments. */
function isForeseen(error: unknown): error is Error {
  return error instanceof Failure ||
    error instanceof Error && "code" in error && typeof error.code === "string";
}

if (import.meta.main) await main();
