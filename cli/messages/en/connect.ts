/** What people read of the command in its help, in English. */
export const enConnectCommand = {
  summary: "talk to a server by hand: send the lines you type, show what comes back",
  usage: "connect [HOST:PORT]",
  flags: { crlf: "end lines with CR LF, as HTTP and SMTP require" },
  examples: [
    "playground connect",
    "playground connect --crlf localhost:8080",
    "playground connect 127.0.0.1:9999",
  ],
};

/** What people read of a connection by hand, in English. */
export const enConnect = {
  connected: (address: string) => `connected to ${address}; Ctrl-D ends`,
  closed: (address: string) => `${address} closed the connection`,
  failed: (address: string, reason: string) => `cannot connect to ${address}: ${reason}`,
  lost: (address: string, reason: string) => `lost the connection to ${address}: ${reason}`,
};
