/**
 * The stage of a page at the course's server, see stage_socket.ts: actions go out, and what happens comes
 * in. It lasts as long as its WebSocket.
 *
 * @module
 */

/**
 * Gets what happens.
 *
 * @typedef {object} Witness
 * @property {(hello: object) => void} onHello
 * @property {(frame: object) => void} onFrame
 * @property {(line: string) => void} onLine
 * @property {(reason: string) => void} onLost the server has ended
 * @property {(key: string) => void} onKey the stage is there, and the key allows to control its server
 * @property {() => void} onClosed the stage is gone
 */

/** A stage on which servers really run. */
export class LiveStage {
  #chapter;
  #texts;
  #witness;
  #socket;
  #isOver = false;
  #isThere = Promise.withResolvers();
  /** The answers that are awaited, by the numbers of their requests. */
  #awaited = new Map();
  #requests = 0;

  /**
   * @param {string} chapter its id
   * @param {string} token of the course; without it nothing can be run
   * @param {object} texts of the course
   * @param {Witness} witness
   */
  constructor(chapter, token, texts, witness) {
    this.#chapter = chapter;
    this.#texts = texts;
    this.#witness = witness;
    this.#isThere.promise.catch(() => {}); // `perform` rejects with it
    if (token === "") return void this.#isThere.reject(new Error(texts.noToken));
    this.#socket = new WebSocket(`ws://${location.host}/stage`);
    const { lang } = document.documentElement;
    this.#socket.onopen = () => this.#socket.send(JSON.stringify({ token, lang }));
    this.#socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    this.#socket.onclose = () => this.#closed();
  }

  /** Steps begin at once. */
  async begin() {}

  /** See {@linkcode import("./engine.js").Stage}. */
  async perform(step, action) {
    await this.#isThere.promise;
    const request = this.#requests++;
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#awaited.set(request, { resolve, reject });
    this.#socket.send(JSON.stringify({ request, chapter: this.#chapter, step, action }));
    return await promise;
  }

  /** Frames come by themselves. */
  goOn() {}

  /** What happens cannot be hurried. */
  hurry() {}

  /** What happens goes on. */
  rest() {}

  /** Ends what runs here. */
  close() {
    this.#isOver = true;
    this.#socket?.close();
  }

  #receive(message) {
    if (this.#isOver) return;
    const { onKey, onHello, onFrame, onLine, onLost } = this.#witness;
    if (message.frame !== undefined) onFrame(message.frame);
    else if (message.hello !== undefined) onHello(message.hello);
    else if (message.line !== undefined) onLine(message.line);
    else if (message.lost !== undefined) onLost(message.lost);
    else if (message.refused !== undefined) {
      this.#isOver = true;
      this.#isThere.reject(new Error(message.refused));
    } else if (message.key !== undefined) {
      onKey(message.key);
      this.#isThere.resolve(undefined);
    } else this.#answer(message);
  }

  #answer({ answer, failed }) {
    const { resolve, reject } = this.#awaited.get(answer) ?? {};
    this.#awaited.delete(answer);
    if (failed === undefined) resolve?.();
    else reject?.(new Error(failed));
  }

  #closed() {
    const error = new Error(this.#texts.lost);
    this.#isThere.reject(error);
    for (const { reject } of this.#awaited.values()) reject(error);
    this.#awaited.clear();
    if (this.#isOver) return;
    this.#witness.onLost(this.#texts.lost);
    this.#witness.onClosed();
  }
}
