const decoder = new TextDecoder();

/** Sends as many bytes as the client asks for, and takes a millisecond for each. */
export default function slow() {
  return {
    receive(chunk) {
      const sizeBytes = Number(decoder.decode(chunk));
      return { bytes: new Uint8Array(sizeBytes), waitMs: sizeBytes, close: true };
    },
  };
}
