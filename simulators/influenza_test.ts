import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, fromRows, key, points, row, stream } from "@likely/core";
import golden from "../tests/golden/flu.json" with { type: "json" };
import { logNegativeBinomial } from "./_negative_binomial.ts";
import { DAYS, type Rates, SCHOOL, sirTrajectory } from "./_sir.ts";
import { influenza } from "./influenza.ts";
import { countsToX, influenzaCounts, xToCounts } from "./influenza_counts.ts";

const task = influenza();
const { simulator } = task;

function logInfected(rates: Rates, stepsPerDay?: number): number[] {
  const { data } = sirTrajectory(rates, { ...SCHOOL, ...(stepsPerDay && { stepsPerTime: stepsPerDay }) });
  return Array.from({ length: DAYS }, (_, t) => data[2 * t + 1]!);
}

function gap(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, t) => Math.abs(value - b[t]!)));
}

Deno.test("the epidemic agrees with scipy's DOP853 at its step, and to 1e-9 at a fine one", () => {
  for (const { infected, ...rates } of golden.cases) {
    const truth = infected.map(Math.log);
    assert(gap(logInfected(rates), truth) < 3e-5);
    assert(gap(logInfected(rates, 200), truth) < 1e-9);
  }
  assert(gap(logInfected(golden.cases[0]!), golden.cases[0]!.infected.map(Math.log)) < 2e-7);
});

Deno.test("the error of the epidemic against a step ten times finer is of fourth order", () => {
  const rates = { beta: 3.5, gamma: 1.2 };
  const fine = logInfected(rates, 100);
  const error = gap(logInfected(rates), fine);
  assert(error < 1e-5, `${error}`);
  assertAlmostEquals(error / gap(logInfected(rates, 20), fine), 16, 3);
});

Deno.test("influenza() has the log-likelihood that scipy gives", () => {
  for (const { beta, gamma, logLikelihood } of golden.cases) {
    for (const [phiInv, expected] of logLikelihood) {
      const [value] = simulator.logLikelihood!(
        fromRows([[beta, gamma, phiInv!]]),
        fromRows([task.observation!]),
      );
      assertAlmostEquals(value! / expected!, 1, 5e-6);
    }
  }
});

Deno.test("influenza() simulates counts as its likelihood has them: chi-square on days 1, 6 and 14", () => {
  const n = 10_000;
  const theta = [1.73, 0.54, 0.14];
  const x = simulator.simulate(
    key(12),
    points(Float64Array.from({ length: 3 * n }, (_, i) => theta[i % 3]!), 3),
  );
  for (const day of [1, 6, 14]) {
    const logMean = logInfected({ beta: 1.73, gamma: 0.54 })[day - 1]!;
    const counts = Array.from({ length: n }, (_, i) => xToCounts(row(x, i))[day - 1]!);
    assert(Math.abs(chiSquareInErrors(counts, { logMean, inverseDispersion: 0.14 })) < 4, `day ${day}`);
    // A tenth more boys, and the check fails.
    assert(chiSquareInErrors(counts, { logMean: logMean + 0.1, inverseDispersion: 0.14 }) > 4, `day ${day}`);
  }
});

Deno.test("influenza() has the posterior of the published fit, by importance sampling", () => {
  const { mean, sd } = golden.posterior;
  const n = 6000;
  const random = stream(key(13));
  // A normal proposal, in log phi_inv for its long tail, 1.4 times as wide as the posterior.
  const scales = [1.4 * sd[0]!, 1.4 * sd[1]!, 0.75];
  const centres = [mean[0]!, mean[1]!, Math.log(0.125)];
  const z = points(Float64Array.from({ length: 3 * n }, () => drawNormal(random)), 3);
  const theta = points(z.data.map((value, i) => centres[i % 3]! + scales[i % 3]! * value), 3);
  for (let i = 2; i < theta.data.length; i += 3) theta.data[i] = Math.exp(theta.data[i]!);
  const x = points(Float64Array.from({ length: n * DAYS }, (_, i) => task.observation![i % DAYS]!), DAYS);
  const [prior, likelihood] = [task.prior.logDensity(theta), simulator.logLikelihood!(theta, x)];
  const weight = prior.map((value, i) =>
    Math.exp(
      value + likelihood[i]! + 60 + Math.log(row(theta, i)[2]!) +
        row(z, i).reduce((sum, v) => sum + v * v / 2, 0),
    )
  );
  const total = weight.reduce((a, b) => a + b);
  const ess = total ** 2 / weight.reduce((a, b) => a + b * b);
  assert(ess > n / 4, `${ess}`);
  const average = (f: (i: number) => number) => weight.reduce((sum, w, i) => sum + w * f(i), 0) / total;
  for (let j = 0; j < 3; j++) {
    const error = sd[j]! / Math.sqrt(ess);
    assertAlmostEquals(average((i) => row(theta, i)[j]!), mean[j]!, 4 * error);
    assertAlmostEquals(Math.sqrt(average((i) => (row(theta, i)[j]! - mean[j]!) ** 2)), sd[j]!, 6 * error);
  }
});

Deno.test("influenza() gives NaN, −∞ and 0 where the epidemic overflows, and never throws", () => {
  const theta = fromRows([[1e9, 0.5, 0.1], [NaN, 0.5, 0.1], [1.7, 0.5, 0], [1.7, 0.5, -0.1]]);
  const x = fromRows(Array.from({ length: theta.n }, () => task.observation!));
  assert(simulator.simulate(key(14), theta).data.every(Number.isNaN));
  assert(simulator.logLikelihood!(theta, x).every((value) => value === -Infinity));
  assert(simulator.score!(theta, x).data.every((value) => value === 0));
});

Deno.test("influenza() tells apart means far below one boy", () => {
  const theta = fromRows([[0, 60, 0.1], [0, 61, 0.1]]);
  const [a, b] = simulator.logLikelihood!(theta, fromRows([task.observation!, task.observation!]));
  assert(Number.isFinite(a) && a! > b!);
});

Deno.test("influenza() observes the published counts", () => {
  assertEquals(task.observation, countsToX(influenzaCounts));
  assertEquals(task.prior.names, ["beta", "gamma", "phi_inv"]);
});

// (χ² − k) / √(2k) over bins of about 1/20 of the mass, so about a standard normal.
function chiSquareInErrors(counts: number[], model: { logMean: number; inverseDispersion: number }): number {
  let [chi, bins, expected, low, left] = [0, 0, 0, 0, 1];
  const close = (high: number) => {
    const seen = counts.filter((y) => y >= low && y <= high).length / counts.length;
    chi += counts.length * (seen - expected) ** 2 / expected;
    bins++;
  };
  for (let y = 0; left > 0.06; y++) {
    const p = Math.exp(logNegativeBinomial(y, model));
    expected += p;
    left -= p;
    if (expected < 0.05) continue;
    close(y);
    [expected, low] = [0, y + 1];
  }
  expected += left;
  close(Infinity);
  return (chi - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}
