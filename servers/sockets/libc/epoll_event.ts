/**
 * `struct epoll_event` and the bits that only the system's own epoll has, <sys/epoll.h>.
 *
 * @module
 */

/** Both directions are at their end; it is reported whether asked for or not, as by poll(2). */
export const EPOLLHUP = 0x010;
/** The other side has sent its last byte. */
export const EPOLLRDHUP = 0x2000;

/**
 * The layout in 32-bit words: packed on x86-64, and with the data aligned to 8 bytes elsewhere. The
 * first word has the bits; the data is whatever was given with them, in two halves.
 */
export const EPOLL_EVENT = Deno.build.arch === "x86_64"
  ? { words: 3, data: 1, moreData: 2 }
  : { words: 4, data: 2, moreData: 3 };
