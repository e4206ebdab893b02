/**
 * What a client waits for.
 *
 * - `wantRead`: the client has all its replies; its socket is to become readable
 * - `wantWrite`: the socket takes no more and is to become writable
 * - `unasked`: nothing; there is something to send that the client has not asked for
 * - `timer`: the next reply is due at its `dueMs`, or its `until` is to resolve
 * - `closed`: nothing; the client is gone, or has the reply after which its session closes
 */
export type ClientState = "wantRead" | "wantWrite" | "unasked" | "timer" | "closed";
