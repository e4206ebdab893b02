/**
 * What people read of the experiments in the help, in English. The rest is loaded only with the command.
 *
 * @module
 */

export const enLabCommand = {
  summary: "test what people say about servers: experiments, each with its verdict",
  usage: "lab [NAME…|all] [--json]",
  flags: {},
  examples: ["playground lab", "playground lab backlog scan-cost", "playground lab all"],
};
