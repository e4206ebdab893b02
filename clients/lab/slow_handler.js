const decoder = new TextDecoder();

/** HTTP of which each answer takes as long as its path says: `GET /150` is answered after 150 ms. */
export default function slow() {
  let request = "";
  return {
    receive(chunk) {
      request += decoder.decode(chunk);
      if (!request.endsWith("\r\n\r\n")) return;
      const waitMs = Number(/^GET \/(\d+) /.exec(request)?.[1] ?? 0);
      const body = "x".repeat(waitMs);
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
      return { bytes: head + body, waitMs, close: true };
    },
  };
}
