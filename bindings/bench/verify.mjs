/** Verifies a license again and again. Prints the nanoseconds of one time, the best of ten. */

import { readFileSync } from "node:fs";

import { Application, init } from "../wasm/index.js";

await init();
const [keys, file, count] = process.argv.slice(2);
const application = new Application(readFileSync(keys));
const license = readFileSync(file);
let best = Infinity;
for (let round = 0; round < 10; round++) {
  const before = performance.now();
  for (let at = 0; at < Number(count) / 4; at++) {
    const checked = application.check([license], { at: "2026-03-01" });
    if (checked.outcome !== "VALID") throw new Error("the license is not valid");
    checked.free();
  }
  best = Math.min(best, (performance.now() - before) / (Number(count) / 4));
}
console.log(best * 1e6);
