/**
 * Names and passwords in URLs, which only the server may see.
 *
 * @module
 */

/** `url` as it may be shown and kept: without a password, or a lone user name, which may be a token. */
export function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  else if (shown.username !== "") shown.username = "***";
  return shown.href;
}

/** Hides in `typed`, which is no URL, whatever may be credentials. */
export function hideTypedCredentials(typed: string): string {
  return typed.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, "$1***@");
}

/** A message of `fetch`, without the credentials of URLs in it. */
export function hideCredentials(message: string): string {
  return message.replace(/\/\/\S*@/g, "//***@");
}
