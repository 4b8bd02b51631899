import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromRows, points } from "./points.ts";
import {
  logStandardSlopes,
  rawValue,
  standardBend,
  standardisation,
  standardise,
  standardSlope,
  standardValue,
} from "./scaling.ts";
import { unconstrain } from "./support.ts";

const BY = {
  mean: [1, -0.5, 0.3, 2],
  std: [2, 0.7, 1.5, 3],
  log: [null, -1, null, -1],
  upper: [null, null, 2, 2],
};
const COLUMNS = ["no end", "a lower end", "an upper end", "both ends"];
const VALUES = [-0.99, -0.4, 0, 1.2, 1.99];

COLUMNS.forEach((name, j) => {
  Deno.test(`a column with ${name} comes back from standard units`, () => {
    for (const v of VALUES) assertAlmostEquals(rawValue(BY, j, standardValue(BY, j, v)), v, 1e-12);
  });

  Deno.test(`a column with ${name} knows its slope and how that bends`, () => {
    const step = 1e-6;
    for (const v of VALUES) {
      const along = (f: (at: number) => number) => (f(v + step) - f(v - step)) / (2 * step);
      const slope = standardSlope(BY, j, v);
      assertAlmostEquals(slope, along((at) => standardValue(BY, j, at)), 1e-4 * Math.abs(slope));
      const bend = standardBend(BY, j, v);
      const expected = along((at) => Math.log(Math.abs(standardSlope(BY, j, at))));
      assertAlmostEquals(bend, expected, 1e-4 * (1 + Math.abs(bend)));
    }
  });

  Deno.test(`a column with ${name} is seen as it is unconstrained`, () => {
    const ends = { low: BY.log[j] ?? -Infinity, high: BY.upper[j] ?? Infinity };
    for (const v of VALUES) {
      const z = unconstrain([ends], fromRows([[v]])).data[0]!;
      assertAlmostEquals(standardValue(BY, j, v), (z - BY.mean[j]!) / BY.std[j]!, 1e-12);
    }
  });
});

Deno.test("no number in standard units leaves the ends", () => {
  for (const u of [-1e4, -50, 50, 1e4]) {
    assert(rawValue(BY, 1, u) > -1);
    assert(rawValue(BY, 2, u) < 2);
    assert(rawValue(BY, 3, u) > -1 && rawValue(BY, 3, u) < 2);
  }
});

Deno.test("logStandardSlopes() is no number at the ends and beyond them", () => {
  const rows = fromRows([[0, 0, 0, 0], [0, -1, 0, 0], [0, 0, 3, 0], [0, 0, 0, -2], [0, 0, 0, 2], [
    9,
    9,
    -9,
    1,
  ]]);
  const slopes = logStandardSlopes(BY, rows);
  assertEquals([...slopes].map(Number.isNaN), [false, true, true, true, true, false]);
  const expected = [0, 1, 2, 3].reduce((sum, j) => sum + Math.log(Math.abs(standardSlope(BY, j, 0))), 0);
  assertAlmostEquals(slopes[0]!, expected, 1e-12);
});

Deno.test("standardisation() measures columns between their ends, and standardise() uses it", () => {
  const rows = points(Float64Array.from({ length: 400 }, (_, k) => Math.sin(k * k) * 0.9), 4);
  const { log, upper } = BY;
  const by = standardisation(rows, { log, upper });
  assertEquals([by.log, by.upper], [log, upper]);
  const u = standardise(rows, by);
  for (let j = 0; j < 4; j++) {
    const column = Array.from({ length: 100 }, (_, i) => u[i * 4 + j]!);
    const mean = column.reduce((sum, v) => sum + v, 0) / 100;
    assertAlmostEquals(mean, 0, 1e-5);
    assertAlmostEquals(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 99, 1, 1e-5);
    column.forEach((v, i) => assertAlmostEquals(v, standardValue(by, j, rows.data[i * 4 + j]!), 1e-6));
  }
});
