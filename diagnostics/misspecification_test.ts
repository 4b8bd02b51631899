import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { key, points, row } from "@likely/core";
import { correlated, mapped, normals } from "../tests/golden/c2st_cases.ts";
import { misspecification } from "./misspecification.ts";

// Columns of very different scale, with correlation 0.9.
const scaled = (seed: number, n: number) =>
  mapped(correlated(normals(seed, n, 2), 0.9), (value, j) => j === 0 ? value : 1e4 * value + 5e4);

Deno.test("simulations themselves are refused as often as the level says", () => {
  const { check } = misspecification(key(0), scaled(1, 2000));
  const fresh = scaled(2, 400);
  const p = Array.from({ length: fresh.n }, (_, i) => check(row(fresh, i)).pValue);
  for (const level of [0.05, 0.2, 0.5]) {
    const share = p.filter((value) => value <= level).length / p.length;
    // Of 400 observations and of 1,000 held-out ones.
    const error = Math.sqrt(level * (1 - level) * (1 / 400 + 1 / 1000));
    assert(Math.abs(share - level) < 3 * error, `${level}: ${share}`);
  }
});

Deno.test("observations outside are found, also where each number alone looks right", () => {
  const { check, warning } = misspecification(key(0), scaled(1, 2000));
  assert(check([0.3, 5.3e4]).pValue > 0.1);
  assertEquals(warning([0.3, 5.3e4]), undefined);
  for (const x of [[6, 5e4], [-2, 7e4], [0, 0]]) {
    const { pValue, distance } = check(x);
    assert(pValue < 0.005 && distance > 1, `${x}: p ${pValue}`);
    assert(warning(x)!.includes("of 1000 held-out ones"), warning(x));
  }
  assertEquals(check([NaN, 0]), { distance: Infinity, mahalanobis: Infinity, pValue: 1 / 1001 });
});

Deno.test("the Mahalanobis distance is that of the simulations' covariance", () => {
  const { check } = misspecification(key(0), correlatedUnit(), { references: 20_000 });
  // For (1, −1) and correlation ρ: √(2 / (1 − ρ)), here √20; 2 % is three standard errors.
  assertAlmostEquals(check([1, -1]).mahalanobis / Math.sqrt(20), 1, 0.03);
});

function correlatedUnit() {
  return correlated(normals(3, 20_000, 2), 0.9);
}

Deno.test("distances are measured in the embedding that is handed over", () => {
  const onlyFirst = (x: { data: Float64Array }) => points(x.data.filter((_, k) => k % 2 === 0), 1);
  const { check } = misspecification(key(0), normals(1, 1000, 2), { embed: onlyFirst });
  assert(check([0, 1e6]).pValue > 0.05);
  assert(check([9, 0]).pValue < 0.005);
});

Deno.test("columns that depend on each other or never vary do no harm", () => {
  const one = normals(4, 500, 1);
  const rows = points(
    Float64Array.from({ length: 1500 }, (_, k) => k % 3 === 2 ? 7 : one.data[Math.floor(k / 3)]!),
    3,
  );
  const { check } = misspecification(key(0), rows);
  assert(check([0.1, 0.1, 7]).pValue > 0.05);
  assert(check([0.1, 0.1, 8]).pValue < 0.01);
  assert(check([0.5, -0.5, 7]).pValue < 0.01);
});

Deno.test("misspecification() refuses what it cannot learn from", () => {
  assertThrows(() => misspecification(key(0), normals(1, 19, 2)), RangeError, "at least 20 rows");
  assertThrows(() => misspecification(key(0), mapped(normals(1, 20, 2), () => NaN)), RangeError, "finite");
  const { check } = misspecification(key(0), normals(1, 50, 2));
  assertThrows(() => check([1]), TypeError, "2 columns");
});

Deno.test("from few simulations the warning says that it cannot judge, and how many it would take", () => {
  const { warning } = misspecification(key(0), normals(1, 40, 2));
  assertEquals(warning([0, 0]), undefined);
  const far = warning([50, 0])!;
  assert(far.includes("than each of 20 held-out simulations") && far.includes("99 would allow it"), far);
  // At a level that they can judge they do.
  assert(warning([50, 0], 0.1)!.includes("none of 20 held-out ones"));
});
