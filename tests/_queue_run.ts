// The run of the tests that kill.

import type { SimulatorModule } from "@likely/core";

/** How much is drawn and thrown away in each row: about 2 ms. */
const WORK = Number(Deno.env.get("LIKELY_QUEUE_WORK") ?? 40_000);

/** Of the run. */
export const KEY = 77;

/** Rows wanted. */
export const ROWS = Number(Deno.env.get("LIKELY_QUEUE_ROWS") ?? 1995);

/** How rows are kept. */
export const OPTIONS = { chunkRows: 10, score: true } as const;

/** What is simulated: some rows fail. */
export const SOURCE: SimulatorModule = {
  module: new URL("./_noisy_task.ts", import.meta.url),
  export: "noisy",
  argument: { work: WORK, throwAbove: 1.5 },
};
