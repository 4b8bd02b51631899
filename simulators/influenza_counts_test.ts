import { assertEquals } from "@std/assert";
import { countsToX, influenzaCounts, xToCounts } from "./influenza_counts.ts";

Deno.test("influenzaCounts are the fourteen published days", () => {
  assertEquals([influenzaCounts.length, Math.max(...influenzaCounts)], [14, 298]);
  assertEquals(influenzaCounts.reduce((a, b) => a + b), 1559);
});

Deno.test("xToCounts() undoes countsToX(), through float32 too", () => {
  const counts = Float64Array.of(0, 1, 2, 763, 99_999, 999_999);
  assertEquals(xToCounts(countsToX(counts)), counts);
  assertEquals(xToCounts(Float32Array.from(countsToX(counts))), counts);
});
