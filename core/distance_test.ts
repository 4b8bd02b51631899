import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { customDistance } from "./custom_distance.ts";
import type { Distance } from "./distance.ts";
import { distanceFrom, distanceRecord } from "./distance_from.ts";
import { drawNormal } from "./draw_normal.ts";
import { energyScore } from "./energy_score.ts";
import { foldIn, key } from "./key.ts";
import { maeDistance } from "./mae_distance.ts";
import { mmdDistance } from "./mmd_distance.ts";
import { mseDistance } from "./mse_distance.ts";
import { fromRows, points, row } from "./points.ts";
import { stream } from "./stream.ts";

function normals(seed: number, n: number, dim: number) {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random, 0, 3)), dim);
}

const KERNEL = { element: 2, bandwidth: 2 } as const;
const ALL: readonly Distance[] = [
  mseDistance(),
  maeDistance({ scale: [1, 2, 3, 4, 5, 6] }),
  mmdDistance(KERNEL),
  mmdDistance({ ...KERNEL, kernel: "product_of_means" }),
  energyScore({ element: 3 }),
  customDistance({ name: "first", unit: "x", between: (x, t) => Math.abs(x[0]! - t[0]!) }),
];

Deno.test("every distance measures row i from row i, and all rows from a single target", () => {
  const [x, target] = [normals(0, 4, 6), normals(1, 4, 6)];
  for (const { name, between } of ALL) {
    const paired = between(x, target);
    for (let i = 0; i < 4; i++) {
      const one = fromRows([row(target, i)]);
      assertAlmostEquals(between(fromRows([row(x, i)]), one)[0]!, paired[i]!, 1e-14, name);
      assertAlmostEquals(between(x, one)[i]!, paired[i]!, 1e-14, name);
    }
    assert(new Set(paired).size === 4, name);
    assertThrows(() => between(x, normals(1, 3, 6)), TypeError, "4 rows or one");
    assertThrows(() => between(x, normals(1, 4, 5)), TypeError, "6 columns");
  }
});

Deno.test("mse and scaled mae are means over columns", () => {
  const [x, t] = [fromRows([[1, 2, 3]]), fromRows([[0, 4, 3]])];
  assertAlmostEquals(mseDistance().between(x, t)[0]!, 5 / 3);
  assertAlmostEquals(maeDistance({ scale: [0.5, 4, 1] }).between(x, t)[0]!, 2.5 / 3);
  assertThrows(() => maeDistance({ scale: [1, 0] }), RangeError, "scale[1]");
  assertThrows(() => maeDistance({ scale: [1] }).between(x, t), TypeError, "length 1");
});

// Goldens by hand: X = {(0,0), (1,0)}, Y = {(0,2), (3,0)}, 2 h² = 8.
const X = fromRows([[0, 0, 1, 0]]);
const Y = fromRows([[0, 2, 3, 0]]);
const k = (squared: number) => Math.exp(-squared / 8);

Deno.test("mmd averages the Gaussian kernel over pairs of elements", () => {
  const own = (2 + 2 * k(1)) / 4;
  const other = (2 + 2 * k(13)) / 4;
  const across = (k(4) + k(9) + k(5) + k(4)) / 4;
  assertAlmostEquals(mmdDistance(KERNEL).between(X, Y)[0]!, own + other - 2 * across, 1e-14);
});

Deno.test("mmd's product of means averages columns apart, as the original code does", () => {
  const own = (2 + 2 * k(1)) / 4;
  const other = (2 + 2 * k(9)) / 4 * ((2 + 2 * k(4)) / 4);
  const across = (k(0) + k(9) + k(1) + k(4)) / 4 * ((2 * k(4) + 2 * k(0)) / 4);
  const { between } = mmdDistance({ ...KERNEL, kernel: "product_of_means" });
  assertAlmostEquals(between(X, Y)[0]!, own + other - 2 * across, 1e-14);
});

Deno.test("the energy score rewards the right spread: wrong ones score worse on average", () => {
  // Sets of 5 normals with a given sd, as forecasts of standard normals.
  const score = energyScore({ element: 1 });
  const n = 20_000;
  const draw = (seed: number, sd: number) =>
    points(
      Float64Array.from({ length: 5 * n }, (_, i) => sd * drawNormal(stream(foldIn(key(seed), i)))),
      5,
    );
  const target = draw(0, 1);
  const mean = (sd: number) => score.between(draw(1, sd), target).reduce((a, b) => a + b) / n;
  const right = mean(1);
  // E|u − v| − ½ E|u − u′| = 1/√π for two standard normals; the standard error is about 0.002.
  assertAlmostEquals(right, 1 / Math.sqrt(Math.PI), 0.008);
  assert(mean(0.7) > right + 0.01 && mean(1.4) > right + 0.01);
  assertEquals(energyScore({ element: 2 }).between(fromRows([[0, 0]]), fromRows([[3, 4]]))[0], 5);
  assertThrows(() => energyScore({ element: 4 }).between(X, fromRows([[1, 2, 3]])), TypeError);
  assertThrows(() => energyScore({ element: 3 }).between(X, Y), TypeError, "must divide");
});

Deno.test("a row that is not finite has a distance that is not finite", () => {
  const x = fromRows([[NaN, 0, 0, 0, 0, 0], [Infinity, 0, 0, 0, 0, 0]]);
  for (const { name, between } of ALL.filter(({ name }) => name !== "mmd")) {
    assert(between(x, normals(0, 1, 6)).every((d) => !Number.isFinite(d)), name);
  }
  assert(Number.isNaN(mmdDistance(KERNEL).between(x, normals(0, 1, 6))[0]!));
});

Deno.test("built-in distances come back from plain data, and measure the same", () => {
  const [x, target] = [normals(0, 4, 6), normals(1, 4, 6)];
  for (const distance of ALL.slice(0, 5)) {
    const record = JSON.parse(JSON.stringify({ targets: 2, ...distanceRecord(distance) }));
    const back = distanceFrom(record);
    assertEquals([back.name, back.unit, back.options], [distance.name, distance.unit, distance.options]);
    assertEquals(back.between(x, target), distance.between(x, target));
  }
  assertThrows(() => distanceFrom(distanceRecord(ALL[5]!)), TypeError, "current value is first");
  assertThrows(() => distanceFrom({ weight: 1 }), TypeError, "current value is undefined");
});
