import { assertAlmostEquals, assertThrows } from "@std/assert";
import { key, points } from "@likely/core";
import golden from "../tests/golden/calibration.json" with { type: "json" };
import { mapped, normals } from "../tests/golden/c2st_cases.ts";
import { slicedWasserstein } from "./sliced_wasserstein.ts";

Deno.test("slicedWasserstein() in one dimension is SciPy's distance, also for unequal numbers", () => {
  for (const { a, b, w1, w2 } of golden.wasserstein) {
    const [u, v] = [points(Float64Array.from(a), 1), points(Float64Array.from(b), 1)];
    assertAlmostEquals(slicedWasserstein(key(0), u, v, { order: 1 }), w1, 1e-12);
    assertAlmostEquals(slicedWasserstein(key(0), u, v), w2, 1e-12);
  }
});

Deno.test("slicedWasserstein() of a shift is its length over √d, and 0 of nothing", () => {
  const a = normals(1, 50, 3);
  const b = mapped(a, (value, j) => value + j);
  // Mean of (u · δ)² with δ = (0, 1, 2): 5/3; its standard error with 4,000 directions is 0.023.
  assertAlmostEquals(slicedWasserstein(key(1), a, b, { projections: 4000 }) ** 2, 5 / 3, 3 * 0.024);
  assertAlmostEquals(slicedWasserstein(key(1), a, a), 0, 1e-12);
});

Deno.test("slicedWasserstein() refuses what it cannot compare", () => {
  const a = normals(1, 5, 2);
  assertThrows(() => slicedWasserstein(key(0), a, normals(1, 5, 1)), TypeError, "2 columns");
  assertThrows(() => slicedWasserstein(key(0), a, a, { projections: 0 }), RangeError, "projections");
  assertThrows(() => slicedWasserstein(key(0), a, points(new Float64Array(), 2)), RangeError, "1 rows");
});
