import { assert, assertAlmostEquals } from "@std/assert";
import { fromRows, key, points, row } from "@likely/core";
import golden from "../tests/golden/benchmark.json" with { type: "json" };
import { huntedAndHunting, type Rates, SURVEY } from "./_lotka_volterra.ts";
import { lotkaVolterra } from "./lotka_volterra.ts";

const { prior, simulator } = lotkaVolterra();

Deno.test("the solution agrees with scipy's DOP853 at its step, and to 1e-9 at a fine one", () => {
  const finer = { ...SURVEY, stepsPerTime: 10 * SURVEY.stepsPerTime };
  for (const { theta, logStates } of golden.lotkaVolterra) {
    for (const [options, limit] of [[SURVEY, 2e-6], [finer, 1e-9]] as const) {
      const { data } = huntedAndHunting(theta as unknown as Rates, options);
      const gap = data.reduce((most, value, i) => {
        const [t, kind] = [1 + (i >> 1), i % 2];
        return Math.max(most, Math.abs(value - logStates[10 * kind + t]!));
      }, 0);
      assert(gap < limit, `${theta}: ${gap}`);
    }
  }
});

Deno.test("the solution agrees with steps ten times as fine as its documentation says", () => {
  const n = 200;
  const theta = prior.sample(key(3), n);
  const errors = Float64Array.from({ length: n }, (_, i) => {
    const rates = [...row(theta, i)] as unknown as Rates;
    const fine = huntedAndHunting(rates, { ...SURVEY, stepsPerTime: 10 * SURVEY.stepsPerTime }).data;
    return huntedAndHunting(rates).data.reduce((most, v, j) => Math.max(most, Math.abs(v - fine[j]!)), 0);
  }).sort();
  assert(errors[n / 2]! < 1e-6 && errors[n - 3]! < 1e-4, `${errors[n / 2]}, ${errors[n - 3]}`);
});

Deno.test("lotkaVolterra() has the log-likelihood that scipy gives", () => {
  for (const { theta, x, logLikelihood } of golden.lotkaVolterra) {
    const [value] = simulator.logLikelihood!(fromRows([theta]), fromRows([x]));
    assertAlmostEquals(value!, logLikelihood, 1e-4);
  }
});

Deno.test("lotkaVolterra() has a likelihood whose integral over all data is 1", () => {
  const { theta, x } = golden.lotkaVolterra[0]!;
  // Columns are independent: the integral over all x is a product of 20, each in log x by the midpoint rule.
  const [steps, width] = [80, 2 / 80];
  const trials = [x];
  for (let j = 0; j < 20; j++) {
    for (let s = 0; s < steps; s++) trials.push(x.with(j, x[j]! * Math.exp((s + 0.5) * width - 1)));
  }
  const [base, ...logs] = simulator.logLikelihood!(fromRows(trials.map(() => theta)), fromRows(trials));
  let total = base!;
  for (let j = 0; j < 20; j++) {
    let integral = 0;
    for (let s = 0; s < steps; s++) {
      const at = j * steps + s;
      integral += Math.exp(logs[at]! - base!) * trials[at + 1]![j]! * width;
    }
    total += Math.log(integral);
  }
  assertAlmostEquals(total, 0, 1e-8);
});

Deno.test("lotkaVolterra() simulates logarithms with the mean of scipy's solution and sd 0.1", () => {
  const n = 4000;
  const { theta, logStates } = golden.lotkaVolterra[0]!;
  const x = simulator.simulate(key(1), fromRows(Array.from({ length: n }, () => theta)));
  logStates.forEach((value, j) => {
    const gaps = Array.from({ length: n }, (_, i) => Math.log(row(x, i)[j]!) - value);
    const spread = gaps.reduce((a, b) => a + b * b, 0) / n;
    assertAlmostEquals(gaps.reduce((a, b) => a + b) / n, 0, 4.5 * 0.1 / Math.sqrt(n));
    assertAlmostEquals(spread, 0.01, 4.5 * 0.01 * Math.sqrt(2 / n));
  });
});

Deno.test("lotkaVolterra() gives NaN, −∞ and 0 where the solution overflows, and never throws", () => {
  const theta = fromRows([[1e9, 0.1, 1, 0.1], [NaN, 0.1, 1, 0.1], [1, 0.1, 1, 1e9]]);
  const x = fromRows(Array.from({ length: 3 }, () => golden.lotkaVolterra[0]!.x));
  assert(simulator.simulate(key(2), theta).data.some(Number.isNaN));
  assert(simulator.logLikelihood!(theta, x).every((value) => value === -Infinity));
  assert(simulator.score!(theta, x).data.every((value) => value === 0));
});

Deno.test("lotkaVolterra() cuts what falls below 1e-10: no score comes from there", () => {
  // Prey that die at once.
  const theta = fromRows([[1e-3, 4, 0.1, 0.2]]);
  const x = simulator.simulate(key(4), theta);
  assert(Math.abs(Math.log(x.data[9]! / 1e-10)) < 0.6, `${x.data[9]}`);
  const other = points(x.data.with(9, 2 * x.data[9]!), 20);
  const [a, b] = [simulator.score!(theta, x), simulator.score!(theta, other)];
  a.data.forEach((value, j) => assertAlmostEquals(value, b.data[j]!, 1e-9 * Math.abs(value)));
});
