import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { cholesky, multiplyLower, solveLower, solveUpper } from "./cholesky.ts";

/** A Hilbert matrix: its entries are simple, its condition grows fast. */
const hilbert = (d: number) =>
  Float64Array.from({ length: d * d }, (_, i) => 1 / (Math.floor(i / d) + i % d + 1));

Deno.test("cholesky() gives a lower triangle whose square is the matrix", () => {
  const factor = cholesky(hilbert(5));
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 5; j++) {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += factor[i * 5 + k]! * factor[j * 5 + k]!;
      assertAlmostEquals(sum, 1 / (i + j + 1), 1e-15);
      if (j > i) assertEquals(factor[i * 5 + j], 0);
    }
  }
});

Deno.test("solveLower() and solveUpper() together solve the system of the matrix", () => {
  const factor = cholesky(hilbert(4));
  const x = new Float64Array([1, -2, 3, 0.5]);
  const y = x.slice();
  multiplyLower(factor, y);
  solveLower(factor, y);
  y.forEach((value, j) => assertAlmostEquals(value, x[j]!, 1e-12));
  solveLower(factor, y);
  solveUpper(factor, y);
  // y solves A y = x.
  const back = y.map((_, i) => y.reduce((sum, value, j) => sum + value / (i + j + 1), 0));
  back.forEach((value, i) => assertAlmostEquals(value, x[i]!, 1e-9));
});

Deno.test("cholesky() refuses a singular matrix unless its pivots have a floor", () => {
  const flat = new Float64Array([1, 1, 1, 1]);
  assertThrows(() => cholesky(flat), RangeError, "positive definite: pivot 1");
  const factor = cholesky(flat, { floor: 1e-4 });
  assert(factor[0] === 1 && factor[2] === 1);
  assertAlmostEquals(factor[3]!, 1e-2, 1e-15);
  assertThrows(() => cholesky(new Float64Array(3)), TypeError, "must be square: current length is 3");
  assertThrows(() => cholesky(flat, { floor: -1 }), RangeError, "floor");
});
