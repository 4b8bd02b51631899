// Simulates a shard into a folder until it is done or killed: see simulate_shards_test.ts.
// Arguments: the folder, the shard's index, how many there are. Prints a dot after each chunk.

import { key, simulate } from "@likely/core";
import { noisy } from "./_noisy_task.ts";

const [path, index, of] = Deno.args;
await simulate(key(77), noisy({ work: 60_000, throwAbove: 1.5 }), 395, {
  path: path!,
  shard: { index: Number(index), of: Number(of) },
  chunkRows: 5,
  score: true,
  onProgress: () => Deno.stdout.writeSync(new Uint8Array([46])),
});
