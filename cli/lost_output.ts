/**
 * Ends the program when what it prints can go nowhere, instead of with a stack trace: quietly when
 * the reader has had enough, as `head` has, and with a line when the disk is full.
 */
export function endWhenOutputIsLost(): void {
  addEventListener("error", (event) => endIfLost(event, event.error));
  addEventListener("unhandledrejection", (event) => endIfLost(event, event.reason));
}

function endIfLost(event: Event, error: unknown): void {
  if (error instanceof Deno.errors.BrokenPipe) {
    event.preventDefault();
    Deno.exit(0);
  }
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    event.preventDefault();
    console.error(error.message);
    Deno.exit(1);
  }
}
