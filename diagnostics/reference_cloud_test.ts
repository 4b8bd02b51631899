import { assert, assertEquals, assertThrows } from "@std/assert";
import { extent, type Points, row } from "@likely/core";
import { correlated, mapped, normals } from "../tests/golden/c2st_cases.ts";
import { checkReference, referenceCloud } from "./reference_cloud.ts";

/** Columns of very different scale, with correlation 0.9. */
const scaled = (seed: number, n: number) =>
  mapped(correlated(normals(seed, n, 2), 0.9), (value, j) => j === 0 ? value : 1e4 * value + 5e4);

Deno.test("checkReference() refuses simulations as often as the level says", () => {
  const { check } = checkReference(referenceCloud(scaled(1, 2000)));
  const fresh = scaled(2, 500);
  const p = Array.from({ length: fresh.n }, (_, i) => check(row(fresh, i)).pValue);
  for (const level of [0.05, 0.2, 0.5]) {
    const share = p.filter((value) => value <= level).length / p.length;
    // Of 500 observations and of 499 held-out ones.
    const error = Math.sqrt(level * (1 - level) * (1 / 500 + 1 / 499));
    assert(Math.abs(share - level) < 3 * error, `${level}: ${share}`);
  }
});

Deno.test("checkReference() finds observations outside, also where each number alone looks right", () => {
  const { check, warning } = checkReference(referenceCloud(scaled(1, 2000)));
  assertEquals(warning([0.3, 5.3e4]), undefined);
  for (const x of [[6, 5e4], [-2, 7e4], [0, 0]]) {
    assertEquals(check(x).pValue, 1 / 500);
    assert(warning(x)!.includes("none of 499 held-out ones"), warning(x));
  }
});

Deno.test("referenceCloud() stays small however wide rows are, and still finds what is far", () => {
  for (const dim of [1, 100, 1000]) {
    const cloud = referenceCloud(normals(3, 300, dim), { heldOut: 149 });
    const size = atob(cloud.codes).length;
    assert(size <= Math.max(8192, 10 * dim), `${dim}: ${size}`);
    const { check } = checkReference(cloud);
    assert(check(new Float64Array(dim).fill(0.1)).pValue > 0.02);
    assertEquals(check(new Float64Array(dim).fill(7)).pValue, 1 / 150, `${dim}`);
  }
});

Deno.test("referenceCloud() keeps columns that never vary", () => {
  const { check } = checkReference(referenceCloud(mapped(normals(4, 600, 2), (v, j) => j === 0 ? v : 3)));
  assert(check([0.2, 3]).pValue > 0.05);
  assert(check([0.2, 4]).pValue < 0.01);
  assert(check([NaN, 3]).pValue < 0.01);
});

Deno.test("referenceCloud() refuses what it cannot learn from", () => {
  assertThrows(() => referenceCloud(normals(1, 19, 2)), RangeError, "at least 20 rows");
  assertThrows(() => referenceCloud(mapped(normals(1, 20, 2), () => NaN)), RangeError, "finite");
  const { check } = checkReference(referenceCloud(normals(1, 50, 2)));
  assertThrows(() => check([1]), TypeError, "2 columns");
});

Deno.test("of many observations one that is absurd is told, and none where all are right", () => {
  const m = 5000;
  const { check, warning } = checkReference(referenceCloud(normals(1, 1000, 2)));
  const warned = (x: Points) => {
    const distances = Array.from({ length: m }, (_, i) => check(row(x, i)).distance);
    return warning(row(x, distances.indexOf(extent(distances)[1])), 0.01 / m);
  };
  const right = normals(2, m, 2);
  // By ranks the farthest of so many lies beyond all that were held out.
  assertEquals(warned(right), undefined);
  right.data[2 * 77] = 15;
  const text = warned(right)!;
  assert(text.startsWith("The observation is unlike the simulations: none of 499"), text);
});
