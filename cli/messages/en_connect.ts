/** What people read of talking to a server by hand in English. */
export const enConnect = {
  command: {
    summary: "talk to a server by hand: lines typed are sent, what comes back is shown",
    usage: "connect [HOST:PORT]",
    flags: {},
    examples: ["playground connect", "playground connect 127.0.0.1:9999"],
  },

  texts: {
    connected: (address: string) => `connected to ${address}; Ctrl-D ends`,
    closed: (address: string) => `${address} has closed`,
    failed: (address: string, reason: string) => `cannot connect to ${address}: ${reason}`,
    lost: (address: string, reason: string) => `lost ${address}: ${reason}`,
  },
};
