import { console } from "./_console.ts";
import type { Dataset } from "@likely/core";

/** Prints how many of `n` rows have failed, and why the first ones did. */
export function printFailures(
  { failed, failures = [] }: Pick<Dataset, "failed" | "failures">,
  n: number,
): void {
  if (failed === 0) return;
  console.log(`${failed} of ${n} rows failed and are left out:`);
  for (const { row, reason } of failures) console.log(`  row ${row}: ${reason}`);
  if (failed > failures.length) console.log(`  and ${failed - failures.length} more`);
}
