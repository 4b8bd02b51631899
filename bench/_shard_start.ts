// A run up to its first row: prints the seconds that took, and the most memory the process had, in MB.
// Arguments: rows, shards (1 for a run without), "ours" or "own" prior, the folder.

// deno-lint-ignore-file no-console -- a command

import process from "node:process";
import { independent, key, normal, simulate, simulator } from "@likely/core";

const [n, of, whose, path] = Deno.args;
const parameters = ["a", "b", "c", "d", "e"].map((name) => [name, normal(0, 1)] as const);
const ours = independent(Object.fromEntries(parameters));
const prior = whose === "ours"
  ? ours
  : { ...ours, sample: (...args: Parameters<typeof ours.sample>) => ours.sample(...args) };
const stop = new AbortController();
let seconds = NaN;
const first = simulator({
  name: "first",
  thetaDim: 5,
  xDim: 5,
  simulate: (_, theta) => {
    if (Number.isNaN(seconds)) {
      seconds = (performance.now() - start) / 1000;
      stop.abort();
    }
    return theta;
  },
});
const start = performance.now();
const options = { path: path!, chunkRows: 1000, signal: stop.signal };
const shard = Number(of) > 1 ? { shard: { index: 2, of: Number(of) } } : {};
await simulate(key(0), { prior, simulator: first }, Number(n), { ...options, ...shard }).catch(() => {});
console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
