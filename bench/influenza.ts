/** How close does the influenza demo come to the exact posterior, over keys? */

import { key } from "@likely/core";
import { summary } from "@likely/diagnostics";
import { inferInfluenza } from "../examples/influenza.ts";
import type { Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "The influenza demo against the exact posterior: error of the mean in posterior sds, ratio of sds, seconds";

const golden: { readonly posterior: { readonly mean: number[]; readonly sd: number[] } } = JSON.parse(
  Deno.readTextFileSync(new URL("../tests/golden/flu.json", import.meta.url)),
);

/** Five keys. */
export async function rows(): Promise<Row[]> {
  const { mean, sd } = golden.posterior;
  const out: Row[] = [];
  for (let seed = 1; seed <= 5; seed++) {
    const start = performance.now();
    const { draws } = await inferInfluenza(key(seed));
    summary(draws).forEach((row, j) => {
      out.push({ what: `key ${seed}, ${row.name}: mean`, value: (row.mean - mean[j]!) / sd[j]!, unit: "sd" });
      out.push({ what: `key ${seed}, ${row.name}: sd`, value: row.sd / sd[j]!, unit: "ratio" });
    });
    out.push({
      what: `key ${seed}, simulate to draws`,
      value: (performance.now() - start) / 1000,
      unit: "s",
    });
  }
  return out;
}
