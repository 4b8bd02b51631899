import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { independent, key, type LogDensity, normal, numericDensity, uniform } from "@likely/core";
import { map } from "./map.ts";

const wide = independent({ a: normal(0, 5), b: normal(0, 5) });

Deno.test("map() climbs the banana-shaped valley of Rosenbrock, with and without a gradient", () => {
  const valley = numericDensity("rosenbrock", 2, ([a, b]) => -((1 - a!) ** 2) - 100 * (b! - a! ** 2) ** 2);
  const blind: LogDensity = { ...valley, evaluate: (p) => ({ value: valley.evaluate(p).value }) };
  for (const target of [valley, blind]) {
    const found = map(key(0), target, wide, { starts: 5 });
    assertAlmostEquals(found.theta[0]!, 1, 1e-2);
    assertAlmostEquals(found.logDensity, 0, 1e-4);
  }
});

Deno.test("map() lists all peaks, the highest first", () => {
  const hills = numericDensity("hills", 2, ([a, b]) => {
    const at = (x: number, height: number) => height * Math.exp(-0.5 * ((a! - x) ** 2 + b! ** 2));
    return Math.log(at(-4, 1) + at(4, 2) + 1e-12);
  });
  const { modes, theta } = map(key(1), hills, wide, { starts: 30 });
  assertEquals(modes.length >= 2, true);
  assertAlmostEquals(theta[0]!, 4, 1e-3);
  assertAlmostEquals(modes[1]!.theta[0]!, -4, 1e-3);
  assertAlmostEquals(modes[0]!.logDensity - modes[1]!.logDensity, Math.LN2, 1e-6);
});

Deno.test("map() finds the peak of theta's density, not of z's, in every kind of interval", () => {
  // Beta(3, 2) peaks at 2/3; with the Jacobian it would be 3/5.
  const target: LogDensity = {
    name: "beta",
    dim: 1,
    evaluate: ({ data }) => ({
      value: data.map((t) => 2 * Math.log(t) + Math.log1p(-t)),
      grad: data.map((t) => 2 / t - 1 / (1 - t)),
    }),
  };
  assertAlmostEquals(map(key(2), target, independent({ t: uniform(0, 1) })).theta[0]!, 2 / 3, 1e-6);
  const gamma = numericDensity("gamma", 1, ([t]) => 2 * Math.log(-t!) + t!);
  const below = {
    names: ["t"],
    support: [{ low: -Infinity, high: 0 }],
    sample: (_: unknown, n: number) => ({ data: new Float64Array(n).fill(-0.1), n, dim: 1 }),
  };
  assertAlmostEquals(map(key(3), gamma, below).theta[0]!, -2, 1e-5);
});

Deno.test("map() counts its calls and tells of searches that did not end", () => {
  let calls = 0;
  const target = numericDensity("slope", 2, ([a, b]) => -((1 - a!) ** 2) - 100 * (b! - a! ** 2) ** 2);
  const counted: LogDensity = { ...target, evaluate: (p) => (calls++, target.evaluate(p)) };
  const found = map(key(4), counted, wide, { starts: 3, iterations: 2 });
  assertEquals(found.evaluations, calls);
  assert(found.warnings[0]!.includes("stopped after 2 iterations"));
});
