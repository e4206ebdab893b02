/** The file of a user's handler cannot be used, for the `reason` given. */
export class HandlerError extends Error {
  override readonly name = "HandlerError";

  constructor(readonly path: string, readonly reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
  }
}
