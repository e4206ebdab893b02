import type { Observer } from "./interface.ts";

/** For connections that are nobody's clients: what happens on them is told to nobody. */
export const UNOBSERVED: Observer = {
  waiting() {},
  accepted() {},
  refused() {},
  received() {},
  sent() {},
  blocked() {},
  beyondFdSetSize() {},
  reset() {},
  dismissed() {},
  cutOff() {},
  closed() {},
  wokeUp() {},
  outOfDescriptors() {},
  acceptFailed() {},
};
