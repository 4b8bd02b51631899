import { assert, assertEquals } from "@std/assert";
import golden from "../tests/golden/special.json" with { type: "json" };
import { logNormalMass } from "./_log_normal_mass.ts";
import { digamma, logBeta, logGamma, logNormalCdf, normalCdf, normalQuantile } from "./special.ts";

/** Rows of arguments, the exact value last; `floor` turns the error absolute below it. */
function agrees(
  fn: (...x: number[]) => number,
  rows: readonly number[][],
  tolerance: number,
  floor: number = 0,
): void {
  for (const row of rows) {
    const exact = row.at(-1)!;
    const actual = fn(...row.slice(0, -1));
    const error = Math.abs(actual - exact) / Math.max(Math.abs(exact), floor, Number.MIN_VALUE);
    assert(error <= tolerance, `at ${row.slice(0, -1)}: ${actual}, exactly ${exact}, off by ${error}`);
  }
}

Deno.test("logGamma() is right to 1e-15 relative, beside its zeros too", () => {
  agrees(logGamma, golden.logGamma, 1e-15);
});

Deno.test("digamma() is right to 3e-15", () => {
  agrees(digamma, golden.digamma, 3e-15, 1);
});

Deno.test("logBeta() does not cancel for large arguments", () => {
  agrees(logBeta, golden.logBeta, 3e-15, 1);
});

Deno.test("normalCdf() keeps its relative accuracy in the tail", () => {
  agrees(normalCdf, golden.normalCdf, 2e-15);
});

Deno.test("logNormalCdf() is right where the cdf underflows", () => {
  agrees(logNormalCdf, golden.logNormalCdf, 2e-15);
});

Deno.test("normalQuantile() is right to 1e-15 from 1e-300 to 1 − 2⁻⁵³", () => {
  agrees(normalQuantile, golden.normalQuantile, 1e-15, 1e-6);
});

Deno.test("logNormalMass() neither underflows nor cancels", () => {
  agrees(logNormalMass, golden.logNormalMass, 5e-15);
});

Deno.test("special functions answer at and beyond the ends of their domains as Math does", () => {
  assertEquals([logGamma(0), logGamma(-1), logGamma(Infinity)], [Infinity, NaN, Infinity]);
  assertEquals([digamma(0), digamma(-1), digamma(NaN)], [-Infinity, NaN, NaN]);
  assertEquals([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(NaN)], [0, 1, NaN]);
  assertEquals([logNormalCdf(-Infinity), logNormalCdf(Infinity), logNormalCdf(NaN)], [-Infinity, 0, NaN]);
  assertEquals([normalQuantile(0), normalQuantile(1), normalQuantile(2)], [-Infinity, Infinity, NaN]);
});
