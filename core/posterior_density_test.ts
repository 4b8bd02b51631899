import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { independent } from "./independent.ts";
import type { LogDensity } from "./log_density.ts";
import { normal } from "./normal.ts";
import { numericDensity } from "./numeric_density.ts";
import { fromRows } from "./points.ts";
import { posteriorDensity } from "./posterior_density.ts";
import { uniform } from "./uniform.ts";

const prior = independent({ mu: normal(0, 2) });
/** Of one datum at 3 with unit noise. */
const likelihood: LogDensity = {
  name: "datum",
  dim: 1,
  evaluate: ({ data }) => ({ value: data.map((mu) => -0.5 * (mu - 3) ** 2), grad: data.map((mu) => 3 - mu) }),
};

Deno.test("posteriorDensity() is the conjugate normal, up to a constant", () => {
  const theta = fromRows([[0], [1], [2.5]]);
  for (const beta of [0, 0.3, 1]) {
    const { value, grad } = posteriorDensity(prior, likelihood, { beta }).evaluate(theta);
    const precision = 1 / 4 + beta;
    const mean = 3 * beta / precision;
    const exact = theta.data.map((mu) => -0.5 * precision * (mu - mean) ** 2);
    for (const i of [1, 2]) assertAlmostEquals(value[i]! - value[0]!, exact[i]! - exact[0]!, 1e-13);
    theta.data.forEach((mu, i) => assertAlmostEquals(grad![i]!, precision * (mean - mu), 1e-13));
  }
});

Deno.test("posteriorDensity() is −∞ with gradient 0 outside the support, whatever the likelihood", () => {
  const bounded = independent({ a: uniform(0, 1), b: normal(0, 1) });
  for (const strange of [NaN, Infinity, -Infinity, 7]) {
    const odd: LogDensity = {
      name: "odd",
      dim: 2,
      evaluate: ({ n, data }) => ({
        value: new Float64Array(n).map((_, i) => data[2 * i]! > 0 && data[2 * i]! < 1 ? 1 : strange),
        grad: new Float64Array(2 * n).fill(strange),
      }),
    };
    const { value, grad } = posteriorDensity(bounded, odd).evaluate(fromRows([[-1, 0], [0.5, 0], [1, 0]]));
    assertEquals([value[0], value[2]], [-Infinity, -Infinity]);
    assertAlmostEquals(value[1]!, 1 - 0.5 * Math.log(2 * Math.PI), 1e-14);
    assertEquals([...grad!.slice(0, 2), ...grad!.slice(4)], [0, 0, 0, 0]);
  }
});

Deno.test("posteriorDensity() takes a NaN or infinite likelihood inside the support as −∞", () => {
  for (const strange of [NaN, Infinity, -Infinity]) {
    const broken: LogDensity = {
      name: "broken",
      dim: 1,
      evaluate: ({ data }) => ({ value: data.map(() => strange), grad: data.map(() => strange) }),
    };
    const { value, grad } = posteriorDensity(prior, broken).evaluate(fromRows([[1]]));
    assertEquals([value[0], grad![0]], [-Infinity, 0]);
    // To the power 0 it does not matter.
    assertEquals(
      posteriorDensity(prior, broken, { beta: 0 }).evaluate(fromRows([[1]])).value,
      prior.logDensity(fromRows([[1]])),
    );
  }
});

Deno.test("posteriorDensity() has a gradient only where the likelihood has one", () => {
  const valueOnly: LogDensity = { name: "v", dim: 1, evaluate: ({ n }) => ({ value: new Float64Array(n) }) };
  assertEquals(posteriorDensity(prior, valueOnly).evaluate(fromRows([[1]])).grad, undefined);
});

Deno.test("posteriorDensity() evaluates the likelihood once a call", () => {
  let calls = 0;
  const counted = {
    ...likelihood,
    evaluate: (theta: Parameters<LogDensity["evaluate"]>[0]) => (calls++, likelihood.evaluate(theta)),
  };
  posteriorDensity(prior, counted).evaluate(fromRows([[1], [2]]));
  assertEquals(calls, 1);
});

Deno.test("posteriorDensity() refuses other widths and impossible powers", () => {
  assertThrows(() => posteriorDensity(prior, numericDensity("2d", 2, () => 0)), TypeError, "length 2");
  for (const beta of [-1, NaN, Infinity]) {
    assertThrows(() => posteriorDensity(prior, likelihood, { beta }), RangeError, "beta");
  }
});
