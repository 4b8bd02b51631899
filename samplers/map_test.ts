import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  exponential,
  independent,
  key,
  type LogDensity,
  type Marginal,
  normal,
  numericDensity,
  uniform,
} from "@likely/core";
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

for (const scale of [1e-18, 1e-9, 1e-3, 1, 1e5, 1e7, 1e10, 1e18]) {
  Deno.test(`map() finds one hill of width ${scale} and nothing beside it`, () => {
    const hill: LogDensity = {
      name: "hill",
      dim: 2,
      evaluate: ({ data, n }) => {
        const [value, grad] = [new Float64Array(n), new Float64Array(2 * n)];
        data.forEach((x, k) => {
          const z = (x - 2 * scale) / scale;
          value[k >> 1]! -= z * z / 2;
          grad[k] = -z / scale;
        });
        return { value, grad };
      },
    };
    const blind: LogDensity = { ...hill, evaluate: (p) => ({ value: hill.evaluate(p).value }) };
    const prior = independent({ a: normal(0, 3 * scale), b: normal(0, 3 * scale) });
    for (const target of [hill, blind]) {
      const { theta, modes, starts, warnings } = map(key(1), target, prior);
      for (const x of theta) assertAlmostEquals(x / scale, 2, 1e-5);
      assertEquals([modes.length, starts, warnings], [1, 20, []]);
    }
  });

  Deno.test(`map() tells two hills of width ${scale} apart`, () => {
    const hills = numericDensity("hills", 1, ([t]) => {
      const at = (x: number, height: number) => height * Math.exp(-0.5 * (t! / scale - x) ** 2);
      return Math.log(at(-3, 1) + at(3, 2));
    });
    const { modes, warnings } = map(key(1), hills, independent({ t: normal(0, 4 * scale) }));
    assertEquals([modes.length, warnings], [2, []]);
    assertAlmostEquals(modes[0]!.theta[0]! / scale, 3, 1e-4);
    assertAlmostEquals(modes[1]!.theta[0]! / scale, -3, 1e-4);
  });
}

Deno.test("map() finds a hill far wider than the starting draws, and one far narrower", () => {
  for (const width of [1e-6, 1e6]) {
    const hill = numericDensity("hill", 1, ([t]) => -0.5 * (t! / width - 1) ** 2);
    const { theta, modes, warnings } = map(key(1), hill, independent({ t: normal(0, 1) }));
    assertAlmostEquals(theta[0]! / width, 1, 1e-5);
    assertEquals([modes.length, warnings], [1, []]);
  }
});

Deno.test("map() ends soon on values that float32 has rounded", () => {
  const hill: LogDensity = {
    name: "rounded",
    dim: 2,
    evaluate: ({ data, n }) => {
      const [value, grad] = [new Float64Array(n).fill(-123.456), new Float64Array(2 * n)];
      data.forEach((x, k) => {
        value[k >> 1] = Math.fround(value[k >> 1]! - 50 * (x - 0.5) ** 2);
        grad[k] = Math.fround(-100 * (x - 0.5)) * (1 + 1e-6 * Math.sin(1e6 * x));
      });
      return { value, grad };
    },
  };
  const { theta, evaluations, modes, warnings } = map(key(1), hill, wide);
  for (const x of theta) assertAlmostEquals(x, 0.5, 1e-3);
  assert(evaluations < 100 && modes.length === 1 && warnings.length === 0, `${evaluations}: ${warnings}`);
});

const NO_PEAKS: readonly (readonly [string, (t: number) => number, Marginal, RegExp])[] = [
  [
    "a slope down to the edge",
    (t) => -t,
    exponential(1),
    /no peak: the density does not fall on the way to t → 0$/,
  ],
  ["a slope up to the edge", (t) => 3 * t, uniform(0, 1), /on the way to t → 1$/],
  ["the same in tiny units", (t) => 3e12 * t, uniform(0, 1e-12), /on the way to t → 1e-12$/],
  ["a slope for ever", (t) => t, normal(0, 1), /still gained.*unless the density is unbounded.*t → ∞/],
  ["a slope that levels off", (t) => -Math.exp(-t), normal(0, 1), /on the way to t → ∞$/],
  ["a plain", () => 0, uniform(0, 1), /on the way to t → 0, t → 1$/],
  ["a pole", (t) => -Math.log(Math.abs(t - 0.3)), normal(0, 1), /a pole or noise/],
];

for (const [what, fn, marginal, told] of NO_PEAKS) {
  Deno.test(`map() says that ${what} has no peak`, () => {
    const { warnings } = map(key(1), numericDensity(what, 1, ([t]) => fn(t!)), independent({ t: marginal }));
    assert(told.test(warnings.join("; ")), warnings.join("; "));
  });
}

Deno.test("map() takes a peak close to an edge for a peak", () => {
  const target = numericDensity("log-normal", 1, ([t]) => -0.5 * (Math.log(t!) + 10) ** 2);
  const { theta, warnings } = map(key(1), target, independent({ t: uniform(0, 1) }));
  assertAlmostEquals(Math.log(theta[0]!), -10, 1e-5);
  assertEquals(warnings, []);
});
