const encoder = new TextEncoder();
const thread = encoder.encode(crypto.randomUUID());

/** Answers anything with the name of the thread that serves it, which is as long as a UUID. */
export default function nameThread() {
  return {
    receive() {
      return thread;
    },
  };
}
