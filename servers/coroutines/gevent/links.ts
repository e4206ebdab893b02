/**
 * What is told when a greenlet has ended, or when something has happened that one can wait for.
 *
 * @module
 */

import type { Coroutine, Wait } from "./park.ts";

/** Is called when what it is linked to has ended, or has happened. */
export interface Link<One> {
  ended(one: One): void;
}

/** Things that {@linkcode iwait} can wait for: greenlets, events, results and semaphores. */
export interface Linkable<One> {
  /** Calls `link` when it has ended, or has happened; that may be at once. Python: `rawlink`. */
  link(link: Link<One>): void;
  /** Does not call `link` after all. */
  unlink(link: Link<One>): void;
}

/** A function that is linked: it runs in a greenlet of its own, and so can wait. */
export type Callback<One> = (one: One) => void | Wait<unknown> | Coroutine<unknown>;

/** Most have no link or one, and need no list. */
export type Links<One> = Link<One> | Link<One>[] | undefined;

/** `links` with one more. */
export function withLink<One>(links: Links<One>, link: Link<One>): Links<One> {
  if (links === undefined) return link;
  if (!Array.isArray(links)) return [links, link];
  links.push(link);
  return links;
}

/** `links` without the first that `is` it. */
export function withoutLink<One>(
  links: Links<One>,
  is: (link: Link<One>) => boolean,
): Links<One> {
  if (links === undefined) return undefined;
  if (!Array.isArray(links)) return is(links) ? undefined : links;
  // Those that have waited longest leave first as a rule, and a new list for each would take too long.
  const at = links.findIndex(is);
  if (at >= 0) links.splice(at, 1);
  return links;
}

/** Calls `call` with each. */
export function forEachLink<One>(links: Links<One>, call: (link: Link<One>) => void): void {
  if (Array.isArray(links)) { for (const link of links) call(link); }
  else if (links !== undefined) call(links);
}

/** What a link of a function needs of what it is linked to. */
interface OnHub {
  readonly hub: { spawn(body: () => Coroutine): unknown };
}

/** A link to be called at some ends only, or that runs in a greenlet of its own. */
export class Linked<One extends OnHub> implements Link<One> {
  constructor(
    readonly target: Link<One> | Callback<One>,
    private readonly isFor: (one: One) => boolean = () => true,
  ) {}

  ended(one: One): void {
    const { target } = this;
    if (!this.isFor(one)) return;
    if (typeof target !== "function") return target.ended(one);
    one.hub.spawn(function* link(): Coroutine {
      const begun = target(one);
      if (begun !== undefined) yield* begun;
    });
  }
}

/** The links of what happens, as an event does: each is called once. */
export class OnceLinks<One> {
  #links: Links<One> = undefined;

  add(link: Link<One>): void {
    this.#links = withLink(this.#links, link);
  }

  remove(link: Link<One>): void {
    this.#links = withoutLink(this.#links, (one) => one === link);
  }

  /** Calls all of them, and forgets them. */
  call(one: One): void {
    if (this.#links === undefined) return;
    const links = this.#links;
    this.#links = undefined;
    forEachLink(links, (link) => link.ended(one));
  }
}
