import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, points } from "./points.ts";
import { constrain, inSupport, logAbsDetJacobian, type Support, unconstrain } from "./support.ts";

const support: Support = [
  { low: -Infinity, high: Infinity },
  { low: 2, high: Infinity },
  { low: -Infinity, high: -3 },
  { low: -1, high: 4 },
  { low: 1e6, high: 1e6 + 1 },
];
const row = (z: number) => fromRows([support.map(() => z)]);

Deno.test("constrain() is the documented bijection", () => {
  const z = 0.7;
  const expected = [
    z,
    2 + Math.exp(z),
    -3 - Math.exp(z),
    -1 + 5 / (1 + Math.exp(-z)),
    1e6 + 1 / (1 + Math.exp(-z)),
  ];
  constrain(support, row(z)).data.forEach((value, j) => assertAlmostEquals(value, expected[j]!, 1e-9));
});

Deno.test("unconstrain() undoes constrain()", () => {
  for (const z of [-8, -1, 0, 0.3, 5, 12]) {
    unconstrain(support, constrain(support, row(z))).data.forEach((value, j) => {
      // In [1e6, 1e6 + 1] θ has only 10 digits left.
      const tolerance = (j === 4 ? 1e-9 : 1e-15) * Math.exp(Math.abs(z)) + 1e-14;
      assertAlmostEquals(value, z, tolerance, `column ${j}`);
    });
  }
});

Deno.test("constrain() stays strictly inside however large z is", () => {
  for (const size of [20, 40, 700, 1000, 1e300, Infinity]) {
    for (const z of [-size, size]) {
      if (!Number.isFinite(z)) continue;
      const theta = constrain(support, row(z));
      assertEquals(inSupport(support, theta), [true], `at z = ${z}: ${theta.data}`);
    }
  }
  const ends = constrain(support, points(new Float64Array([0, Infinity, -Infinity, Infinity, -Infinity]), 5));
  assertEquals(inSupport(support, ends), [true]);
});

Deno.test("constrain() keeps its digits beside either end", () => {
  const unit = [{ low: 0, high: 1 }, { low: -1, high: 0 }];
  const theta = constrain(unit, fromRows([[-300, 300]]));
  assertAlmostEquals(theta.data[0]! / Math.exp(-300), 1, 1e-13);
  assertAlmostEquals(theta.data[1]! / -Math.exp(-300), 1, 1e-13);
});

Deno.test("logAbsDetJacobian() is the logarithm of the numeric slope", () => {
  for (const z of [-6, -0.5, 0, 1, 6]) {
    support.slice(0, 4).forEach((interval, j) => {
      const at = (value: number) => constrain([interval], fromRows([[value]])).data[0]!;
      const slope = Math.abs((at(z + 1e-5) - at(z - 1e-5)) / 2e-5);
      assertAlmostEquals(logAbsDetJacobian([interval], fromRows([[z]]))[0]!, Math.log(slope), 1e-6, `${j}`);
    });
  }
  const each = support.map((interval) => logAbsDetJacobian([interval], fromRows([[2]]))[0]!);
  assertAlmostEquals(logAbsDetJacobian(support, row(2))[0]!, each.reduce((a, b) => a + b), 1e-12);
});

Deno.test("logAbsDetJacobian() is finite at huge z", () => {
  for (const z of [-1e4, 1e4]) assert(Number.isFinite(logAbsDetJacobian(support, row(z))[0]!));
});

Deno.test("unconstrain() refuses values on or outside the boundary by row and column", () => {
  const unit = [{ low: 0, high: 1 }, { low: 0, high: Infinity }];
  const refuse = (theta: number[][], message: string) =>
    assertThrows(() => unconstrain(unit, fromRows(theta)), RangeError, message);
  refuse([[0.5, 1], [1, 1]], "row 1, column 0 must be inside (0, 1): current value is 1");
  refuse([[0.5, 0]], "row 0, column 1");
  refuse([[0.5, -1]], "row 0, column 1");
  refuse([[NaN, 1]], "current value is NaN");
  refuse([[0.5, Infinity]], "current value is Infinity");
});

Deno.test("NaN stays NaN, and other widths are refused", () => {
  assertEquals(constrain(support, row(NaN)).data.every(Number.isNaN), true);
  assertThrows(() => constrain(support, fromRows([[1]])), TypeError, "5 columns: current value is 1");
  assertThrows(() => unconstrain(support, fromRows([[1]])), TypeError, "5 columns");
  assertThrows(() => logAbsDetJacobian(support, fromRows([[1]])), TypeError, "5 columns");
});
