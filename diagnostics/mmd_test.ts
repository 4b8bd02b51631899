import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { foldIn, key, points } from "@likely/core";
import golden from "../tests/golden/calibration.json" with { type: "json" };
import { mapped, normals } from "../tests/golden/c2st_cases.ts";
import { mmd } from "./mmd.ts";

Deno.test("mmd() is the formula of Gretton et al. in NumPy", () => {
  const { dim, a, b, bandwidth, mmd2 } = golden.mmd;
  const rows = (values: number[]) => points(Float64Array.from(values), dim);
  const found = mmd(key(0), rows(a), rows(b), { permutations: 0 });
  assertAlmostEquals(found.mmd2, mmd2, 1e-12);
  assertAlmostEquals(found.bandwidth, bandwidth, 1e-12);
  assertEquals(found.pValue, NaN);
});

Deno.test("mmd() of two normals is what integrals say", () => {
  // E k(u, v) for u − v ~ N(δ, 2 I) and width h: (h² / (h² + 2))^(d/2) exp(−δ² / (2 (h² + 2))).
  const a = normals(1, 800, 1);
  const b = mapped(normals(2, 800, 1), (value) => value + 1);
  const expected = 2 * Math.sqrt(1 / 3) * (1 - Math.exp(-1 / 6));
  // The standard error with 800 rows is about 0.012.
  assertAlmostEquals(mmd(key(0), a, b, { bandwidth: 1, permutations: 0 }).mmd2, expected, 3 * 0.012);
});

Deno.test("mmd() errs as often as it says on equal distributions, and finds differences", () => {
  const rejected = Array.from({ length: 60 }, (_, s) => {
    const [a, b] = [normals(100 + s, 30, 2), normals(200 + s, 30, 2)];
    return mmd(foldIn(key(1), s), a, b, { permutations: 49 }).pValue <= 0.1;
  }).filter(Boolean).length;
  assert(Math.abs(rejected / 60 - 0.1) < 3 * 0.039, `rejected ${rejected} of 60`);
  const [a, b] = [normals(1, 200, 2), normals(2, 200, 2)];
  assert(mmd(key(2), a, mapped(b, (value) => 0.6 * value)).pValue < 0.02);
  assert(mmd(key(2), a, mapped(b, (value) => value + 0.4)).pValue < 0.02);
});

Deno.test("mmd() refuses what it cannot compare", () => {
  const a = normals(1, 10, 2);
  assertThrows(() => mmd(key(0), a, normals(1, 10, 1)), TypeError, "2 columns");
  assertThrows(() => mmd(key(0), a, normals(1, 1, 2)), RangeError, "at least 2 rows");
  assertThrows(() => mmd(key(0), a, a, { bandwidth: 0 }), RangeError, "bandwidth");
  assertThrows(() => mmd(key(0), points(new Float64Array(4), 1), points(new Float64Array(4), 1)), RangeError);
});
