const decoder = new TextDecoder();

/** An echo for which a client can have the CPU burned: `burn 500` is sent back after 500 ms. */
export default function hog() {
  return {
    receive(chunk) {
      const [, burnMs] = /^burn (\d+)$/.exec(decoder.decode(chunk)) ?? [];
      const endMs = performance.now() + Number(burnMs ?? 0);
      while (performance.now() < endMs);
      return chunk;
    },
  };
}
