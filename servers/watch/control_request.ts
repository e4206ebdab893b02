import { messageOf } from "../system/thrown.ts";
import { parseCommand, RefusedCommand } from "./commands.ts";
import type { ControlWarning, Refusal, Run } from "./frames.ts";

/** Room for the longest command: one with the longest message for the clients. */
const MAX_COMMAND_BYTES = 8_192;

/** What carries out commands. */
export type Controlled = Pick<Run, "control">;

/**
 * Answers a request with a command: sends it to the servers.
 *
 * @param targets the servers; `undefined` when the request may not control any
 */
export async function answerControl(
  request: Request,
  targets: readonly Controlled[] | undefined,
): Promise<Response> {
  if (targets === undefined) return refuse({ reason: "no-token" }, 403);
  if (Number(request.headers.get("content-length") ?? Infinity) > MAX_COMMAND_BYTES) {
    return refuse({ reason: "too-long" }, 413);
  }
  try {
    const command = parseCommand(await request.text());
    const results = await Promise.all(targets.map((target) => target.control(command)));
    const warnings: ControlWarning[] = results.filter((one) => one !== undefined);
    // Frames of before may still be on their way, with the old settings.
    return Response.json({ warnings: [...new Set(warnings)], timeMs: Date.now() });
  } catch (error) {
    if (error instanceof RefusedCommand) return refuse(error.refusal, 400);
    return refuse({ reason: "failed", detail: messageOf(error) }, 409);
  }
}

function refuse(refusal: Refusal, status: number): Response {
  return Response.json(refusal, { status });
}
