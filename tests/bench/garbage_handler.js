/** An echo that leaves garbage behind: enough for a few collections in each child. */
export default function garbage() {
  return {
    receive(chunk) {
      const copies = [];
      for (let i = 0; i < 300; i++) {
        copies.push(JSON.parse(JSON.stringify({ i, chunk: [...chunk] })));
      }
      return Uint8Array.from(copies[copies.length - 1].chunk);
    },
  };
}
