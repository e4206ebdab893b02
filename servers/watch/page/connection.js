/**
 * The page's connection to the server: frames come in, and commands go out.
 *
 * @module
 */

import { fill } from "./fill.js";

const RETRY_MS = 1_000;
/** How long a command may take. */
const TIMEOUT_MS = 5_000;

/** One WebSocket for all servers on the page. It is closed while the page is hidden. */
export class Connection {
  isLost = false;
  /** A promise of the hellos of all servers, see frames.ts. */
  hellos;
  /** Called with the index of a run and a frame of it. */
  onFrame = () => {};
  #id;
  #onOther;
  #socket;
  #timer;
  #received = Promise.withResolvers();

  /**
   * @param {string} id of the view that the page belongs to
   * @param {() => void} onOther called when another view answers at its address
   */
  constructor(id, onOther) {
    this.#id = id;
    this.#onOther = onOther;
    this.hellos = this.#received.promise;
    document.addEventListener("visibilitychange", () => this.#followVisibility());
    this.#followVisibility();
  }

  #followVisibility() {
    clearTimeout(this.#timer);
    if (!document.hidden) return void (this.#socket ??= this.#open());
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #open() {
    const socket = new WebSocket(`ws://${location.host}/frames`);
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return; // it is being closed
      this.isLost = false;
      const message = JSON.parse(data);
      if (message.isOver) socket.close();
      else if (message.frame !== undefined) this.onFrame(message.run, message.frame);
      else if (message.id === this.#id) this.#received.resolve(message.hellos);
      else this.#onOther();
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return; // it was closed from here
      this.#socket = undefined;
      this.isLost = true;
      this.#timer = setTimeout(() => this.#followVisibility(), RETRY_MS);
    };
    return socket;
  }
}

/**
 * Sends a command to the server.
 *
 * @returns {Promise<{ says: string, timeMs?: number }>} a warning or an error for the user, empty if there
 *   is none; and when the server carried the command out, by its own clock
 */
export async function sendCommand(command, token, texts) {
  let response;
  try {
    response = await fetch("/control", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await response.json();
    if (response.ok) {
      const says = answer.warnings.map((one) => texts.warnings[one]).join(" ");
      return { says, timeMs: answer.timeMs };
    }
    return { says: `${texts.refusedCommand}: ${refusalOf(answer, texts)}` };
  } catch (error) {
    const reason = error.name === "TimeoutError"
      ? texts.noAnswer.replace("#", TIMEOUT_MS / 1_000)
      : texts.lost;
    return { says: `${texts.refusedCommand}: ${reason}` };
  }
}

function refusalOf({ reason, field, min, max, detail }, texts) {
  const values = { field: texts.fields[field] ?? field, least: min, most: max, detail };
  return fill(texts.refusals[reason], values);
}
