/** Something that the person typed is wrong. Its message is the one line they see; exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that the machine refuses. Its message is the one line they see; exit status 1. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}
