import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { CASES } from "../tests/golden/arviz_diagnostics.ts";
import { quantile } from "./quantile.ts";

for (const { name, draws, quantiles } of CASES) {
  Deno.test(`quantile() agrees with NumPy on "${name}"`, () => {
    [0, 0.05, 0.37, 0.5, 0.95, 1].forEach((p, i) => {
      assertAlmostEquals(
        quantile(draws.values, p),
        quantiles[i]!,
        1e-12 * Math.max(1, Math.abs(quantiles[i]!)),
      );
    });
  });
}

Deno.test("quantile() leaves the sample as it is", () => {
  const values = new Float64Array([3, 1, 2]);
  quantile(values, 0.5);
  assertEquals(values, new Float64Array([3, 1, 2]));
});

Deno.test("quantile() is NaN for an empty sample and where a value is NaN", () => {
  assertEquals([quantile([], 0.5), quantile([1, NaN, 2], 0.5)], [NaN, NaN]);
});

Deno.test("quantile() keeps infinities", () => {
  assertEquals([quantile([-Infinity, 0, Infinity], 0), quantile([1, Infinity, Infinity], 0.75)], [
    -Infinity,
    Infinity,
  ]);
});

Deno.test("quantile() refuses a probability out of range", () => {
  assertThrows(() => quantile([1], 1.5), RangeError, "probability must be in [0, 1]: current value is 1.5");
  assertThrows(() => quantile([1], NaN), RangeError);
});
