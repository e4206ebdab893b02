/**
 * A runtime base for `deno compile` that comes by npm.
 *
 * Closed networks often have an npm mirror and nothing else. The package used here is a program made
 * by `deno compile`, and such a program is a runtime base with modules after it; a digest makes sure
 * that what is cut off its front is the base that Deno published. For closed networks and tests
 * only: releases are made with Deno's own download.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Failure, run } from "./run.ts";

/** The version of Deno that the base belongs to. */
export const DENORT_VERSION = "2.5.7";

/** The platform that the base is for. */
export const DENORT_TARGET = "x86_64-unknown-linux-gnu";

/** The npm package, with its version, whose program begins with the base. */
export const DENORT_PACKAGE = "@dgellow/pls-linux-x64@0.7.3";

const PROGRAM = "node_modules/@dgellow/pls-linux-x64/bin/pls";
const BASE_SIZE_BYTES = 86_434_392;
const BASE_SHA256 = "2c06411a4a2404b8d8a6cd4147da407a533db921b5c1c87fd1073367a0d7b69b";

/** Calls `use` with the path of the base. The file is there until the promise is settled. */
export async function withPackagedBase<T>(use: (base: string) => Promise<T>): Promise<T> {
  await Deno.mkdir("dist", { recursive: true });
  const directory = await Deno.makeTempDir({ dir: "dist", prefix: "denort-" });
  try {
    await install(directory);
    const base = `${directory}/denort`;
    await Deno.writeFile(base, extractBase(await Deno.readFile(`${directory}/${PROGRAM}`)), {
      mode: 0o755,
    });
    return await use(base);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function install(directory: string): Promise<void> {
  const { success, stderr } = await run("npm", [
    "install",
    `--prefix=${directory}`,
    "--no-save",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    DENORT_PACKAGE,
  ]);
  if (!success) throw new Failure(`npm cannot get ${DENORT_PACKAGE}`, { cause: stderr });
}

/**
 * Cuts the runtime base off the front of a compiled program.
 *
 * @throws {Failure} If that is not the base that Deno published.
 */
export function extractBase(program: Uint8Array): Uint8Array {
  const base = program.subarray(0, BASE_SIZE_BYTES);
  const digest = createHash("sha256").update(base).digest("hex");
  if (digest !== BASE_SHA256) {
    throw new Failure(
      `the runtime base in ${DENORT_PACKAGE} has the wrong SHA-256 digest: ` +
        `${digest} instead of ${BASE_SHA256}`,
    );
  }
  return base;
}
