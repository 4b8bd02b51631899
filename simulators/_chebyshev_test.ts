import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { chebyshev } from "./_chebyshev.ts";

Deno.test("chebyshev() is the function to rounding, from as many values as it takes", () => {
  let calls = 0;
  const counted = (u: number) => {
    calls++;
    return Math.exp(u) / (1 + u * u);
  };
  const found = chebyshev(counted, { low: -1, high: 3 })!;
  assert(calls <= 129);
  for (const u of [-1, -0.7, 0.1, 1.9, 3]) {
    assertAlmostEquals(found(u), Math.exp(u) / (1 + u * u), 1e-11);
  }
});

Deno.test("chebyshev() does not pretend where the function is not smooth", () => {
  assertEquals(chebyshev(Math.abs, { low: -1, high: 2 }), undefined);
});
