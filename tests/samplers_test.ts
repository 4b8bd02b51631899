// Samplers against NumPyro, and calibrated. Their moments: sampler_targets_test.ts.
import { assert, assertAlmostEquals } from "@std/assert";
import {
  drawBinomial,
  drawPoisson,
  foldIn,
  gamma,
  independent,
  type Key,
  key,
  type LogDensity,
  normal,
  numericDensity,
  type Points,
  row,
  split,
  stream,
  uniform,
} from "@likely/core";
import { ecdfTest } from "@likely/diagnostics";
import { nuts, sample, type SampleOptions } from "@likely/samplers";
import { estimate } from "./_estimate.ts";
import golden from "./golden/eight_schools.json" with { type: "json" };

const Y = [28, 8, -3, 7, -1, 1, 18, 12];
const SIGMA = [15, 10, 16, 11, 9, 11, 10, 18];

/** Prior of mu and log tau (half-Cauchy, with the Jacobian), and the data's density. */
function schools(mu: number, logTau: number, theta: (j: number) => number): number {
  const tau = Math.exp(logTau);
  return Y.reduce((sum, y, j) => sum - 0.5 * ((y - theta(j)) / SIGMA[j]!) ** 2, 0) -
    0.5 * (mu / 5) ** 2 - Math.log1p((tau / 5) ** 2) + logTau;
}

const nonCentred = numericDensity("eight schools, non-centred", 10, (p) => {
  const [mu, logTau, ...eta] = p as unknown as [number, number, ...number[]];
  const prior = eta.reduce((sum, e) => sum - 0.5 * e * e, 0);
  return prior + schools(mu, logTau, (j) => mu + Math.exp(logTau) * eta[j]!);
});

const centred = numericDensity("eight schools, centred", 10, (p) => {
  const [mu, logTau, ...theta] = p as unknown as [number, number, ...number[]];
  const prior = theta.reduce((sum, t) => sum - 0.5 * ((t - mu) / Math.exp(logTau)) ** 2 - logTau, 0);
  return prior + schools(mu, logTau, (j) => theta[j]!);
});

const line = (dim: number) =>
  independent(Object.fromEntries(Array.from({ length: dim }, (_, j) => [`p${j}`, normal(0, 1)])));

Deno.test("NUTS agrees with NumPyro on the eight schools", async () => {
  const sampler: SampleOptions["sampler"] = (target, { warmup }) =>
    nuts(target, { warmup, targetAcceptance: 0.9 });
  const options = { sampler, chains: 16, warmup: 300, draws: 400 };
  const draws = await sample(key(8), nonCentred, line(10), options);
  const columns: Record<string, (p: Float64Array) => number> = { mu: (p) => p[0]!, "log_tau": (p) => p[1]! };
  for (let j = 0; j < 8; j++) columns[`theta_${j}`] = (p) => p[0]! + Math.exp(p[1]!) * p[2 + j]!;
  for (const [name, { mean, sd, mcse }] of Object.entries(golden.moments)) {
    const first = estimate([draws], columns[name]!);
    assertAlmostEquals(first.mean, mean, 4 * Math.hypot(first.error, mcse), name);
    const second = estimate([draws], (p) => ((columns[name]!(p) - mean) / sd) ** 2);
    // The golden sd is itself good to a few per cent: its error is about mcse / (√2 sd).
    assertAlmostEquals(second.mean, 1, 4 * Math.hypot(second.error, 2 * mcse / sd), `variance of ${name}`);
  }
});

Deno.test("NUTS tells that the centred eight schools are out of its reach", async () => {
  const draws = await sample(key(9), centred, line(10), { warmup: 200, draws: 200 });
  assert(Number(draws.info.divergences) > 0 && draws.warnings[0]!.includes("diverged"));
});

// Counts with a rate, and a share of eight: a half line and a box.
const countPrior = independent({ rate: gamma(2, 0.5), share: uniform(0, 1) });
const DATASETS = 300;

/** Steps until draws are all but independent. */
const THIN = { nuts: 2, hmc: 3, mala: 6, slice: 2, "random_walk": 20 } as const;

/** Truths from the prior, and chain c's posterior given the data of truth c. */
function counts(source: Key): { readonly truth: Points; readonly target: LogDensity } {
  const [forTruth, forData] = split(source, 2);
  const truth = countPrior.sample(forTruth, DATASETS);
  const data = Array.from({ length: DATASETS }, (_, c) => {
    const random = stream(foldIn(forData, c));
    const [rate, share] = row(truth, c);
    return [drawPoisson(random, 3 * rate!), drawBinomial(random, 8, share!)] as const;
  });
  const evaluate: LogDensity["evaluate"] = (theta, options) => {
    const [value, grad] = [countPrior.logDensity(theta), countPrior.score(theta).data];
    for (let i = 0; i < theta.n; i++) {
      const [rate, share] = row(theta, i);
      const [count, successes] = data[options?.chains?.[i] ?? i]!;
      value[i]! += count * Math.log(rate!) - 3 * rate!;
      value[i]! += successes * Math.log(share!) + (8 - successes) * Math.log1p(-share!);
      grad[2 * i]! += count / rate! - 3;
      grad[2 * i + 1]! += successes / share! - (8 - successes) / (1 - share!);
    }
    return { value, grad };
  };
  return { truth, target: { name: "counts", dim: 2, evaluate } };
}

/** p-values of uniform ranks, one chain for every data set. */
async function calibration(seed: number, sampler: keyof typeof THIN, power = 1) {
  const { truth, target } = counts(key(seed));
  const evaluate: LogDensity["evaluate"] = (theta, options) => {
    const { value, grad } = target.evaluate(theta, options);
    return { value: value.map((v) => power * v), grad: grad!.map((g) => power * g) };
  };
  const [forStart, forRun] = split(key(seed + 1), 2);
  const position = countPrior.sample(forStart, DATASETS);
  const options = { sampler, position, warmup: 100, draws: 49, thin: THIN[sampler] };
  const { values } = await sample(forRun, { ...target, evaluate }, countPrior, options);
  return [0, 1].map((j) => {
    const below = (_: unknown, c: number) => {
      const of = Array.from({ length: 49 }, (_, t) => values[(c * 49 + t) * 2 + j]!);
      return of.filter((value) => value < truth.data[2 * c + j]!).length;
    };
    return ecdfTest({ values: Uint32Array.from({ length: DATASETS }, below), cells: 50 });
  });
}

for (const sampler of ["nuts", "hmc", "mala", "slice", "random_walk"] as const) {
  Deno.test(`${sampler} is calibrated: truths rank uniformly among its draws`, async () => {
    const pValues = await calibration(20, sampler);
    assert(Math.min(...pValues) > 1e-3, `${pValues}`);
  });
}

Deno.test("calibration finds out a sampler whose draws are too narrow", async () => {
  const pValues = await calibration(20, "hmc", 2);
  assert(Math.min(...pValues) < 1e-3, `${pValues}`);
});
