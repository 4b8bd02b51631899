// Simulates into a folder until it is done or killed: see simulate_kill_test.ts.
// Arguments: the folder, the number of workers. Prints a dot after each chunk.

import { key, simulate } from "@likely/core";

const [path, workers] = Deno.args;
const module = new URL("./_noisy_task.ts", import.meta.url);
await simulate(key(77), { module, export: "noisy", argument: { work: 40_000, throwAbove: 1.5 } }, 395, {
  path: path!,
  workers: Number(workers),
  chunkRows: 10,
  score: true,
  onProgress: () => Deno.stdout.writeSync(new Uint8Array([46])),
});
