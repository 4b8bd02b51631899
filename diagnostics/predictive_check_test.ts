import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows } from "@likely/core";
import { normals } from "../tests/golden/c2st_cases.ts";
import { predictiveCheck } from "./predictive_check.ts";

const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
const largest = (x: Float64Array) => Math.max(...x);

Deno.test("predictiveCheck() gives the tail areas of a known law", () => {
  // The mean of four standard normals is N(0, 1/4): 0.5 is one sd up, so P = 0.1587.
  const replicates = normals(1, 4000, 4);
  const [found, peak] = predictiveCheck({
    observed: [0.5, 0.5, 0.5, 0.5],
    replicates,
    statistics: { mean, largest },
  });
  assertAlmostEquals(found!.above, 0.1587, 3 * 0.0058);
  assertAlmostEquals(found!.pValue, 2 * found!.above, 1e-12);
  // P(max of four > 1/2) = 1 − Φ(1/2)⁴ = 0.7714.
  assertAlmostEquals(peak!.above, 0.7714, 3 * 0.0067);
  assertAlmostEquals(peak!.pValue, 2 * (1 - peak!.above), 1e-12);
});

Deno.test("predictiveCheck() leaves failed replicates out and counts ties half", () => {
  const replicates = fromRows([[1, 1], [NaN, 9], [3, 3], [1, 1]]);
  const [row] = predictiveCheck({ observed: [1, 1], replicates, statistics: { mean } });
  assertEquals([...row!.replicated], [1, 3, 1]);
  assertAlmostEquals(row!.above, 2 / 3, 1e-12);
});

Deno.test("predictiveCheck() refuses what has no answer", () => {
  const replicates = fromRows([[1, 2]]);
  const none = () => NaN;
  assertThrows(
    () => predictiveCheck({ observed: [1], replicates, statistics: { mean } }),
    TypeError,
    "length 2",
  );
  assertThrows(
    () => predictiveCheck({ observed: [1, 2], replicates, statistics: { none } }),
    RangeError,
    '"none"',
  );
});
