/**
 * What a mouse, a pen or fingers do on an element: point, click, drag, and zoom.
 *
 * @module
 */

/** A press that moves further than this is no click. In CSS pixels. */
const CLICK_PX = 5;
/** How much a pixel of the wheel zooms; a pinch on a touchpad has fewer of them. */
const ZOOM_BY_WHEEL = 0.002;
const ZOOM_BY_PINCH = 0.01;
/** A wheel may count in lines or pages: `WheelEvent.deltaMode`. */
const PIXELS = [1, 16, 400];

/** Reports gestures on an element. */
export class Gestures {
  #element;
  #on;
  /** The pointers that are pressed, by their ids: where each is, in CSS pixels within the element. */
  #pressed = new Map();
  #hasMoved = false;

  /**
   * @param {HTMLElement} element
   * @param on `hover(place)` with `undefined` when the pointer leaves; `click(place)`; `drag(fromX, toX)`;
   *   and where it can be zoomed `zoom(factor, x)`, where less than 1 shows less, and `reset()`. Places have
   *   an `x` and a `y`
   */
  constructor(element, on) {
    this.#element = element;
    this.#on = on;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#cancel(event));
    // A finger that is lifted leaves too, and points on until it touches something else.
    element.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch") on.hover(undefined);
    });
    addEventListener("pointerdown", ({ pointerType, target }) => {
      if (pointerType === "touch" && target !== element) on.hover(undefined);
    });
    if (on.zoom === undefined) return;
    element.addEventListener("dblclick", () => on.reset());
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  #placeOf({ clientX, clientY }) {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#pressed.set(event.pointerId, this.#placeOf(event));
    this.#hasMoved = this.#pressed.size > 1;
    this.#element.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const place = this.#placeOf(event);
    const before = this.#pressed.get(event.pointerId);
    if (before === undefined) return void this.#on.hover(place);
    if (!this.#hasMoved && Math.abs(place.x - before.x) < CLICK_PX) return;
    this.#hasMoved = true;
    this.#on.hover(undefined);
    const other = [...this.#pressed].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) this.#pinch(before, place, other);
    else this.#on.drag(before.x, place.x);
    this.#pressed.set(event.pointerId, place);
  }

  /** One of two fingers moves: what was between them is between them. */
  #pinch(before, place, other) {
    const distance = Math.abs(before.x - other.x);
    if (distance > CLICK_PX && Math.abs(place.x - other.x) > CLICK_PX) {
      this.#on.zoom?.(distance / Math.abs(place.x - other.x), other.x);
    }
  }

  #up(event) {
    const before = this.#pressed.get(event.pointerId);
    if (before === undefined) return;
    this.#pressed.delete(event.pointerId);
    if (this.#hasMoved) return;
    this.#on.click(before);
    if (event.pointerType === "touch") this.#on.hover(before);
  }

  #cancel({ pointerId }) {
    this.#pressed.delete(pointerId);
    this.#on.hover(undefined);
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = PIXELS[event.deltaMode];
    const { x } = this.#placeOf(event);
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      return this.#on.drag(x + event.deltaX * pixels, x);
    }
    const byPixel = event.ctrlKey ? ZOOM_BY_PINCH : ZOOM_BY_WHEEL;
    this.#on.zoom(Math.exp(event.deltaY * pixels * byPixel), x);
  }
}
