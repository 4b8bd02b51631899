import { assert, assertEquals, assertThrows } from "@std/assert";
import golden from "../tests/golden/priors.json" with { type: "json" };
import { assertFits, cases } from "./_fit_test.ts";
import { beta } from "./beta.ts";
import { exponential } from "./exponential.ts";
import { gamma } from "./gamma.ts";
import { foldIn, key } from "./key.ts";
import { logNormal } from "./log_normal.ts";
import type { Marginal } from "./marginal.ts";
import { marginalFrom } from "./marginal_from.ts";
import { normal } from "./normal.ts";
import type { MarginalSpec } from "./prior.ts";
import { stream } from "./stream.ts";
import { truncatedNormal } from "./truncated_normal.ts";
import { uniform } from "./uniform.ts";

for (const { spec: plain, values, logDensity } of golden.marginals) {
  const spec = plain as MarginalSpec;
  const name = JSON.stringify(spec);
  const marginal = marginalFrom(spec);

  Deno.test(`the log density of ${name} is scipy's`, () => {
    values.forEach((value, i) => {
      const error = Math.abs(marginal.logDensity(value) - logDensity[i]!);
      assert(error < 1e-11 * Math.max(1, Math.abs(logDensity[i]!)), `at ${value}: off by ${error}`);
    });
  });

  Deno.test(`the score of ${name} is the slope of its log density`, () => {
    for (const value of values) {
      const step = 1e-5 * Math.min(1, value - marginal.support.low, marginal.support.high - value);
      const slope = (marginal.logDensity(value + step) - marginal.logDensity(value - step)) / (2 * step);
      // Truncation is of relative order 1e-10, rounding of 1e-15 / step.
      const error = Math.abs(marginal.score(value) - slope);
      assert(error < 1e-7 * Math.abs(slope) + 1e-14 / step, `at ${value}: off by ${error} of ${slope}`);
    }
  });

  Deno.test(`${name} survives JSON, and is 0 outside its support`, () => {
    assertEquals(marginal.spec, spec);
    assertEquals(JSON.parse(JSON.stringify(marginal.spec)), spec);
    const { low, high } = marginal.support;
    for (const outside of [low, low - 1, high, high + 1, NaN]) {
      assertEquals(marginal.logDensity(outside), -Infinity);
      assertEquals(marginal.score(outside), 0);
    }
  });
}

const builders: Readonly<Record<string, (params: readonly (number | null)[]) => Marginal>> = {
  uniform: ([low, high]) => uniform(low!, high!),
  normal: ([mean, sd]) => normal(mean!, sd!),
  exponential: ([rate]) => exponential(rate!),
  gamma: ([shape, rate]) => gamma(shape!, rate!),
  beta: ([a, b]) => beta(a!, b!),
  logNormal: ([logMean, logSd]) => logNormal(logMean!, logSd!),
  truncatedNormal: ([mean, sd, low, high]) =>
    truncatedNormal(mean!, sd!, { low: low ?? -Infinity, high: high ?? Infinity }),
};

Deno.test("marginals draw from their own distributions, strictly inside their supports", () => {
  for (const [i, cells] of cases.entries()) {
    const marginal = builders[cells.name]?.(cells.params);
    if (!marginal) continue;
    const random = stream(foldIn(key(30), i));
    const values = Float64Array.from({ length: 10000 }, () => marginal.draw(random));
    assertFits(values, cells);
    assert(values.every((value) => value > marginal.support.low && value < marginal.support.high));
  }
});

Deno.test("draws at the ends of the uniforms stay strictly inside, with a finite density", () => {
  const ordinary = stream(key(31));
  const marginals = [
    uniform(0, 1),
    uniform(1e6, 1e6 + 1e-9),
    exponential(1),
    gamma(1e-3, 1),
    beta(1e-3, 1e-3),
  ];
  for (
    const marginal of [...marginals, logNormal(-800, 1), logNormal(800, 1), truncatedNormal(0, 1, { low: 0 })]
  ) {
    for (const u of [0, 1 - 2 ** -53]) {
      let used = 0;
      const value = marginal.draw({ uniform: () => used++ < 2 ? u : ordinary.uniform() });
      assert(Number.isFinite(marginal.logDensity(value)), `${JSON.stringify(marginal.spec)} drew ${value}`);
    }
  }
});

Deno.test("impossible marginals are refused by name and value", () => {
  const refused: [() => Marginal, string][] = [
    [() => uniform(1, 1), "low must be < high"],
    [() => uniform(2, 1), "current value is (2, 1)"],
    [() => uniform(1, 1 + Number.EPSILON), "room"],
    [() => uniform(-1e308, 1e308), "low must"],
    [() => uniform(-Infinity, 1), "low must be finite: current value is -Infinity"],
    [() => uniform(0, NaN), "high must be finite: current value is NaN"],
    [() => normal(NaN, 1), "mean"],
    [() => normal(0, 0), "sd must be a finite number > 0: current value is 0"],
    [() => normal(0, Infinity), "sd"],
    [() => truncatedNormal(0, -1), "sd"],
    [() => truncatedNormal(Infinity, 1), "mean"],
    [() => truncatedNormal(0, 1, { low: 1, high: 0 }), "low must be < high"],
    [() => truncatedNormal(0, 1, { low: NaN }), "low must be < high"],
    [() => truncatedNormal(0, 1, { low: 60 }), "must hold some mass"],
    [() => truncatedNormal(0, 1, { high: -1e200 }), "must hold some mass"],
    [() => truncatedNormal(0, 1, { low: Infinity }), "low must be < high"],
    [() => logNormal(0, 0), "logSd"],
    [() => logNormal(NaN, 1), "logMean"],
    [() => gamma(0, 1), "shape"],
    [() => gamma(1, -1), "rate"],
    [() => exponential(0), "rate"],
    [() => beta(0, 1), "a must"],
    [() => beta(1, NaN), "b must"],
  ];
  for (const [build, message] of refused) assertThrows(build, RangeError, message);
});

Deno.test("marginalFrom() refuses what is no marginal", () => {
  const read = (spec: unknown) => () => marginalFrom(spec as MarginalSpec);
  for (const spec of [null, undefined, 3, "uniform", [], {}, { kind: "cauchy" }, { kind: "toString" }]) {
    assertThrows(read(spec), TypeError, "Cannot build a marginal");
  }
  assertThrows(
    read({ kind: "uniform", low: "0", high: 1 }),
    RangeError,
    "low must be finite: current value is 0",
  );
  assertThrows(read({ kind: "normal", mean: 0 }), RangeError, "sd must be");
  assertThrows(read({ kind: "truncated_normal", mean: 0, sd: 1, low: "1" }), RangeError, "low must");
  assertThrows(read({ kind: "truncated_normal", mean: 0, sd: 1, low: null }), RangeError, "low must");
});
