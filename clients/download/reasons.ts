/**
 * Why a download fails, and which failures are worth another attempt.
 *
 * @module
 */

import { systemReason } from "../../cli/system_reason.ts";
import type { Messages } from "../../cli/messages.ts";
import { formatBytes } from "../../cli/bytes.ts";
import { messageOf } from "../../servers/system/thrown.ts";

/** The longest pause before a retry, even if the server asks for a longer one: then there is no retry. */
export const MAX_PAUSE_MS = 60_000;

/** Why a download failed. */
export type Reason =
  /** The server answers with a status that is no success. */
  | {
    readonly kind: "status";
    readonly status: number;
    /** What Deno calls it, whatever the server does. */
    readonly statusText: string;
    /** How long the server asks to be left alone. */
    readonly retryAfterMs?: number;
  }
  /** There is no answer: no such host, no listener, no HTTP. */
  | { readonly kind: "no-answer"; readonly message: string }
  /** The connection broke within the body. */
  | { readonly kind: "broke-off"; readonly receivedBytes: number; readonly message: string }
  /** The server has sent less of the file than was missing. */
  | { readonly kind: "too-short"; readonly receivedBytes: number; readonly sizeBytes: number }
  | { readonly kind: "silent"; readonly timeoutMs: number }
  /** It comes in an encoding that cannot be undone. */
  | { readonly kind: "encoding"; readonly encoding: string }
  | { readonly kind: "too-many-redirects" }
  | { readonly kind: "certificate"; readonly message: string }
  /** `fetch` does not do that: another scheme after a redirect, a port that is not for HTTP. */
  | { readonly kind: "not-allowed"; readonly message: string }
  | { readonly kind: "exists"; readonly path: string }
  | { readonly kind: "directory"; readonly path: string }
  /** What lies where the part would is no part of this download. */
  | { readonly kind: "foreign-part"; readonly path: string }
  /** Another process downloads to there. */
  | { readonly kind: "busy"; readonly path: string }
  /** The file system has refused something. */
  | { readonly kind: "file"; readonly message: string };

/** A download fails for a reason that can be foreseen. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";

  constructor(readonly reason: Reason) {
    super(reason.kind);
  }
}

/** What `error` says of why a download failed, or `undefined` if it is a fault of this program. */
export function reasonOf(error: unknown): Reason | undefined {
  if (error instanceof DownloadError) return error.reason;
  const message = messageOf(error);
  // All errors that Deno passes on from the system have this; many have no code.
  const isFromSystem = /\(os error \d+\)/.test(message);
  return isFromSystem || error instanceof Deno.errors.NotCapable
    ? { kind: "file", message }
    : undefined;
}

/** Whether the next attempt may succeed. */
export function isTemporary(reason: Reason): boolean {
  if (reason.kind !== "status") {
    return ["no-answer", "broke-off", "too-short", "silent"].includes(reason.kind);
  }
  // Request Timeout, Too Many Requests, and all that is the server's fault.
  return reason.status === 408 || reason.status === 429 || reason.status >= 500;
}

/** Whether the same command may succeed some time later. */
export function mayPass(reason: Reason): boolean {
  return isTemporary(reason) || reason.kind === "busy" || reason.kind === "file";
}

/** Whether the server asks for a pause of more than {@linkcode MAX_PAUSE_MS}. */
export function wantsLongPause(reason: Reason): boolean {
  return reason.kind === "status" && (reason.retryAfterMs ?? 0) > MAX_PAUSE_MS;
}

/** The reason for people. */
export function describeReason(reason: Reason, messages: Messages): string {
  const texts = messages.download.reasons;
  switch (reason.kind) {
    case "status":
      return describeStatus(reason, texts);
    case "no-answer":
      return texts.noAnswer(systemReason(reason.message, messages));
    case "broke-off":
      return texts.brokeOff(
        formatBytes(reason.receivedBytes),
        systemReason(reason.message, messages),
      );
    case "too-short":
      return texts.tooShort(reason.receivedBytes, reason.sizeBytes);
    case "silent":
      return texts.silent(String(reason.timeoutMs / 1_000));
    case "encoding":
      return texts.encoding(reason.encoding);
    case "too-many-redirects":
      return texts.tooManyRedirects;
    case "certificate":
      return texts.certificate(reason.message);
    case "not-allowed":
      return texts.notAllowed(reason.message);
    case "exists":
      return texts.exists(reason.path);
    case "directory":
      return texts.directory(reason.path);
    case "foreign-part":
      return texts.foreignPart(reason.path);
    case "busy":
      return texts.busy(reason.path);
    case "file":
      return systemReason(reason.message, messages);
  }
}

function describeStatus(
  reason: Reason & { readonly kind: "status" },
  texts: Messages["download"]["reasons"],
): string {
  const { status, statusText, retryAfterMs = 0 } = reason;
  const answer = texts.status(`${status} ${statusText}`.trim());
  if (!isTemporary(reason) || !wantsLongPause(reason)) return answer;
  const asked = String(Math.ceil(retryAfterMs / 1_000));
  return texts.longPause(answer, asked, String(MAX_PAUSE_MS / 1_000));
}
