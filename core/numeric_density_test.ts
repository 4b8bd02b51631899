import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { numericDensity } from "./numeric_density.ts";
import { fromRows } from "./points.ts";
import { unconstrained } from "./unconstrained.ts";

/** log of a banana: −½ x² − 2 (y − x²)². */
const banana = numericDensity("banana", 2, ([x, y]) => -0.5 * x! ** 2 - 2 * (y! - x! ** 2) ** 2);

Deno.test("numericDensity() gives the value as it is and the gradient to nine digits", () => {
  const theta = fromRows([[1, 2], [-0.3, 0.5], [30, 900.5]]);
  const { value, grad } = banana.evaluate(theta);
  for (let i = 0; i < 3; i++) {
    const [x, y] = [theta.data[2 * i]!, theta.data[2 * i + 1]!];
    assertEquals(value[i], -0.5 * x ** 2 - 2 * (y - x ** 2) ** 2);
    assertAlmostEquals(grad![2 * i]!, -x + 8 * x * (y - x ** 2), 2e-8 * Math.max(1, x ** 2));
    assertAlmostEquals(grad![2 * i + 1]!, -4 * (y - x ** 2), 2e-8);
  }
});

Deno.test("numericDensity() leaves the points as they were and calls fn 1 + 2 dim times a row", () => {
  let calls = 0;
  const counted = numericDensity("counted", 3, (theta) => (calls++, -theta[0]!));
  const theta = fromRows([[1, 2, 3], [4, 5, 6]]);
  counted.evaluate(theta);
  assertEquals(calls, 14);
  assertEquals(theta, fromRows([[1, 2, 3], [4, 5, 6]]));
});

Deno.test("numericDensity() is −∞ with gradient 0 where fn is −∞ or NaN", () => {
  const half = numericDensity("half", 1, ([x]) => x! > 0 ? -x! : x! < -1 ? NaN : -Infinity);
  const { value, grad } = half.evaluate(fromRows([[-2], [-0.5], [1]]));
  assertEquals([...value], [-Infinity, -Infinity, -1]);
  assertEquals([...grad!.slice(0, 2)], [0, 0]);
});

Deno.test("numericDensity() takes a one-sided difference beside the edge of the support", () => {
  const half = numericDensity("half", 1, ([x]) => x! > 0 && x! < 1 ? -3 * x! : -Infinity);
  const { grad } = half.evaluate(fromRows([[1e-9], [1 - 1e-9]]));
  for (const slope of grad!) assertAlmostEquals(slope, -3, 1e-8);
  const point = numericDensity("point", 1, ([x]) => x === 1 ? 0 : -Infinity);
  assertEquals([...point.evaluate(fromRows([[1]])).grad!], [0]);
});

for (const scale of [1e-18, 1e-8, 1e-3, 1, 1e5, 1e18]) {
  for (const [place, at] of [["", 2], [" at 0", 0], [" far from 0", 1e5]] as const) {
    Deno.test(`numericDensity() needs no scale for parameters that live near ${scale}${place}`, () => {
      const offset = place === " far from 0" ? at * scale : 0;
      const z = (x: number) => (x - offset) / scale;
      const fn = ([x]: Float64Array) => -0.5 * (z(x!) - 1) ** 2 - z(x!) ** 3;
      const [theta] = [(offset === 0 ? at : at + 2) * scale];
      const exact = (1 - z(theta) - 3 * z(theta) ** 2) / scale;
      const tolerance = at === 2 ? 1e-8 : 1e-4;
      for (const options of [{}, { scale: [scale] }]) {
        const found = numericDensity("units", 1, fn, options).evaluate(fromRows([[theta]])).grad![0]!;
        assertAlmostEquals(found / exact, 1, tolerance);
      }
    });
  }
}

Deno.test("numericDensity() finds slopes in a support far narrower than a step", () => {
  const thin = numericDensity("thin", 1, ([x]) => x! > 0 && x! < 1e-9 ? Math.log(x!) : -Infinity);
  assertAlmostEquals(thin.evaluate(fromRows([[5e-10]])).grad![0]! * 5e-10, 1, 1e-6);
});

Deno.test("numericDensity() asks little more of a function that does not depend on a coordinate", () => {
  let calls = 0;
  const level = numericDensity("level", 2, ([x]) => (calls++, -x! * x!));
  assertEquals(level.evaluate(fromRows([[1, 1]])).grad![1], 0);
  assertEquals(calls, 5);
  assertEquals(level.evaluate(fromRows([[1, 0]])).grad![1], 0);
  assertEquals(calls, 14);
});

Deno.test("numericDensity() refuses impossible widths and scales", () => {
  assertThrows(() => numericDensity("none", 0, () => 0), RangeError, "dim");
  assertThrows(
    () => numericDensity("two", 2, () => 0, { scale: [1] }),
    TypeError,
    "scale must have length 2",
  );
  assertThrows(() => numericDensity("one", 1, () => 0, { scale: [0] }), RangeError, "scale[0]");
  assertThrows(() => banana.evaluate(fromRows([[1]])), TypeError, "2 columns");
});

Deno.test("densities leave gradients out where none are wanted, and pass on whose the points are", () => {
  let calls = 0;
  const target = numericDensity("hill", 2, ([a, b]) => (calls++, -(a! ** 2) - b! ** 2));
  const support = [{ low: 0, high: 1 }, { low: -Infinity, high: Infinity }];
  const seen: unknown[] = [];
  const spy = {
    ...target,
    evaluate: (...args: Parameters<typeof target.evaluate>) => (seen.push(args[1]), target.evaluate(...args)),
  };
  const options = { gradient: false, chains: [4] };
  const { value, grad } = unconstrained(spy, support).evaluate(fromRows([[0, 2]]), options);
  assertEquals([calls, grad, seen[0]], [1, undefined, options]);
  assertAlmostEquals(value[0]!, -0.25 - 4 + Math.log(1 / 4), 1e-12);
});
