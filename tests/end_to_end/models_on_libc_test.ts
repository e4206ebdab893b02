import { MODELS } from "./models.ts";
import { testPromises } from "./promises.ts";

testPromises(MODELS.filter(({ args }) => args.includes("libc")));
