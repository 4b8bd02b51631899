import { console } from "./_console.ts";
import type { Draws } from "@likely/core";

/** Prints a table of the draws, one line a parameter, and an empty line. */
export async function printSummary(draws: Draws): Promise<void> {
  const { formatSummary, summary } = await import("@likely/sbi");
  console.log(`${formatSummary(summary(draws))}\n`);
}
