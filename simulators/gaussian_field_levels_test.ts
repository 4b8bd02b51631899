import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertPairs, columns, couplings, failures, momentsOf, repeated } from "./_coupling_test.ts";
import { blockMeans, nestedOrder, smooth, smoothingWeights } from "./_torus_field.ts";
import { gaussianFieldLevels } from "./gaussian_field_levels.ts";

Deno.test("smooth() is a circular convolution along both axes", () => {
  const side = 8;
  const weights = smoothingWeights(side, 0.2);
  const impulse = new Float64Array(side * side);
  impulse[3 * side + 5] = 1;
  const out = smooth(impulse, weights);
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      const expected = weights[(r - 3 + side) % side]! * weights[(c - 5 + side) % side]!;
      assertAlmostEquals(out[r * side + c]!, expected, 1e-15);
    }
  }
});

Deno.test("nestedOrder() lets blocks of the finer grid stand together", () => {
  const order = nestedOrder(4, 16);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 256 }, (_, i) => i));
  const field = new Float64Array(256);
  // Every cell has the number of its cell in the coarsest grid.
  order.forEach((place, i) => field[place] = i >> 4);
  assertEquals(blockMeans(field, 4), Float64Array.from({ length: 16 }, (_, i) => i));
});

Deno.test("gaussianFieldLevels() has the powers of its levels, exact from the covariance", () => {
  const [variance, length] = [1.7, 0.12];
  const n = 400;
  const theta = repeated([Math.log(variance), Math.log(length)], n);
  for (const [j, block] of [1, 2, 4].entries()) {
    columns(gaussianFieldLevels(), theta, j).forEach((values, l) => {
      const side = 16 * 2 ** l;
      const cells = block * 2 ** l;
      const w = smoothingWeights(side, length);
      // The covariance of cells d apart along one axis; the field's is a product of two.
      const covariance = (d: number) => w.reduce((sum, value, i) => sum + value * w[(i + d) % side]!, 0);
      let mean = 0;
      for (let a = 0; a < cells; a++) {
        for (let b = 0; b < cells; b++) mean += covariance(Math.abs(a - b)) / cells ** 2;
      }
      const power = momentsOf(values.map(Math.exp));
      assertAlmostEquals(power.mean, variance * mean ** 2, 4 * power.meanError);
    });
  }
  // On a fine grid the covariance is Gaussian.
  const w = smoothingWeights(64, length);
  const at = (d: number) => w.reduce((sum, value, i) => sum + value * w[(i + d) % 64]!, 0);
  for (const d of [0, 4, 10]) assertAlmostEquals(at(d), Math.exp(-((d / 64 / length) ** 2) / 2), 1e-4);
});

Deno.test("gaussianFieldLevels() differ less the finer they are, and need the same noise", () => {
  const measured = couplings(gaussianFieldLevels(), 300);
  assert(measured[1]!.matched < measured[0]!.matched / 2, JSON.stringify(measured));
  for (const { matched, unmatched } of measured) assert(matched < unmatched / 3, JSON.stringify(measured));
});

Deno.test("gaussianFieldLevels() is finite over the prior, and its last level is the simulator", () => {
  assertEquals(failures(gaussianFieldLevels({ sides: [8, 16] }), 1000), [0, 0]);
  assertEquals(failures(gaussianFieldLevels(), 200), [0, 0, 0]);
  assertPairs(gaussianFieldLevels({ sides: [8, 16] }), 5);
  assertEquals(gaussianFieldLevels().simulator.levels!.map(({ cost }) => cost), [256, 1024, 4096]);
});

Deno.test("gaussianFieldLevels() refuses sides that do not double", () => {
  const build = (...sides: number[]) => () => gaussianFieldLevels({ sides });
  assertThrows(
    build(0, 16),
    RangeError,
    "Cannot build Gaussian field levels as sides must be a whole number >= 4: current value is 0",
  );
  assertThrows(build(6, 12), RangeError, "the first of sides must be a multiple of 4: current value is 6");
  assertThrows(build(8, 24), RangeError, "sides must double: 24 comes after 8");
  assertThrows(build(8), RangeError, "two levels at least");
  assertThrows(
    () => gaussianFieldLevels({ length: { low: 0, high: 1 } }),
    RangeError,
    "the low end of length",
  );
});
