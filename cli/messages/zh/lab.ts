/**
 * What people read of the experiments in the help, in Chinese. The rest is loaded only with the command.
 *
 * @module
 */

export const zhLabCommand = {
  summary: "检验关于服务器的种种说法：逐个做实验，并给出结论",
  usage: "lab [名称…|all] [--json]",
  flags: {},
  examples: ["playground lab", "playground lab backlog scan-cost", "playground lab all"],
};
