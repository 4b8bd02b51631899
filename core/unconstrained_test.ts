import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { beta } from "./beta.ts";
import { exponential } from "./exponential.ts";
import { gamma } from "./gamma.ts";
import { independent } from "./independent.ts";
import type { LogDensity } from "./log_density.ts";
import { logNormal } from "./log_normal.ts";
import type { Marginal } from "./marginal.ts";
import { normal } from "./normal.ts";
import { fromRows, type Points } from "./points.ts";
import type { Prior } from "./prior.ts";
import { truncatedNormal } from "./truncated_normal.ts";
import { unconstrained } from "./unconstrained.ts";
import { uniform } from "./uniform.ts";

/** A prior's own density as a target. */
function densityOf(prior: Prior): LogDensity {
  return {
    name: "prior",
    dim: prior.dim,
    evaluate: (theta: Points) => ({ value: prior.logDensity(theta), grad: prior.score(theta).data }),
  };
}

const marginals: Readonly<Record<string, Marginal>> = {
  uniform: uniform(-2, 5),
  normal: normal(1, 0.5),
  lowerBounded: truncatedNormal(2, 1, { low: 1 }),
  upperBounded: truncatedNormal(1, 2, { high: -1 }),
  bounded: truncatedNormal(0, 1, { low: -1, high: 2 }),
  logNormal: logNormal(-1, 0.5),
  gamma: gamma(0.4, 2),
  exponential: exponential(3),
  beta: beta(0.5, 0.7),
};

for (const [name, marginal] of Object.entries(marginals)) {
  const prior = independent({ x: marginal });
  const target = unconstrained(densityOf(prior), prior.support);

  Deno.test(`the ${name} density still integrates to 1 in unconstrained space`, () => {
    // The trapezoidal rule on a smooth density that vanishes at both ends; the slowest one,
    // gamma(0.4), decays as exp(0.4 z).
    const step = 0.01;
    const grid = fromRows(Array.from({ length: 20001 }, (_, i) => [(i - 10000) * step]));
    const total = target.evaluate(grid).value.reduce((sum, value) => sum + Math.exp(value) * step, 0);
    assert(Math.abs(total - 1) < 1e-9, `${total}`);
  });

  Deno.test(`the ${name} gradient is the slope in unconstrained space`, () => {
    for (const z of [-3, -0.4, 0, 0.8, 2]) {
      const at = (value: number) => target.evaluate(fromRows([[value]])).value[0]!;
      const slope = (at(z + 1e-5) - at(z - 1e-5)) / 2e-5;
      const { grad } = target.evaluate(fromRows([[z]]));
      assertAlmostEquals(grad![0]!, slope, 1e-7 * Math.max(1, Math.abs(slope)), `at ${z}`);
    }
  });

  Deno.test(`the ${name} density is never NaN in unconstrained space`, () => {
    const z = fromRows(
      [-Infinity, -1e300, -1e4, -745, -40, 40, 745, 1e4, 1e300, Infinity, NaN].map((v) => [v]),
    );
    const { value, grad } = target.evaluate(z);
    assert(value.every((v) => v < Infinity), `${value}`);
    grad!.forEach((g, i) => assert(value[i] === -Infinity ? g === 0 : !Number.isNaN(g), `${g} at row ${i}`));
  });
}

Deno.test("unconstrained() chains every column of a many-parameter target", () => {
  const prior = independent(marginals);
  const target = unconstrained(densityOf(prior), prior.support);
  const z = Float64Array.from({ length: prior.dim }, (_, j) => 0.3 * j - 1);
  const { grad } = target.evaluate(fromRows([z, z]));
  for (let j = 0; j < prior.dim; j++) {
    const at = (shift: number) =>
      target.evaluate(fromRows([z.map((v, k) => k === j ? v + shift : v)])).value[0]!;
    const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
    for (const i of [0, 1]) {
      assertAlmostEquals(grad![i * prior.dim + j]!, slope, 1e-7 * Math.max(1, Math.abs(slope)));
    }
  }
});

Deno.test("unconstrained() passes on no gradient where there is none, and refuses another width", () => {
  const flat: LogDensity = { name: "flat", dim: 1, evaluate: ({ n }) => ({ value: new Float64Array(n) }) };
  assertEquals(unconstrained(flat, [{ low: 0, high: 1 }]).evaluate(fromRows([[0]])).grad, undefined);
  assertThrows(() => unconstrained(flat, []), TypeError, "support must have length 1");
});
