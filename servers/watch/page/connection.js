/**
 * The page's connection with the server: what it is told, and what it asks for.
 *
 * @module
 */

const RETRY_MS = 1_000;
/** How long a command may take. */
const PATIENCE_MS = 5_000;

/** One WebSocket for all that is shown. It is closed while nobody sees the page. */
export class Connection {
  isLost = false;
  /** What is shown, as frames.ts has it: of each server one hello. */
  hellos;
  /** Is called with the number of a run and its frame. */
  onFrame = () => {};
  #id;
  #onOther;
  #socket;
  #timer;
  #greeted = Promise.withResolvers();

  /**
   * @param {string} id of the view that the page is of
   * @param {() => void} onOther is called when another one has taken its address
   */
  constructor(id, onOther) {
    this.#id = id;
    this.#onOther = onOther;
    this.hellos = this.#greeted.promise;
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
      else if (message.id === this.#id) this.#greeted.resolve(message.hellos);
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
 * Asks the server to do something.
 *
 * @returns {Promise<string>} what there is to be said of it: nothing if it is done
 */
export async function sendCommand(command, token, texts) {
  let response;
  try {
    response = await fetch("/control", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = await response.json();
    if (response.ok) return answer.reservations.map((one) => texts.reservations[one]).join(" ");
    return `${texts.refusedCommand}: ${refusalOf(answer, texts)}`;
  } catch (error) {
    const reason = error.name === "TimeoutError"
      ? texts.noAnswer.replace("#", PATIENCE_MS / 1_000)
      : texts.lost;
    return `${texts.refusedCommand}: ${reason}`;
  }
}

function refusalOf({ reason, field, min, max, detail }, texts) {
  const values = { field: texts.fields[field] ?? field, min, max, detail };
  return texts.refusals[reason].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
