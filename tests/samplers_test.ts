// Samplers on targets that are known to be hard, each where it is meant to be used.
import { assert, assertAlmostEquals } from "@std/assert";
import {
  type Draws,
  fromRows,
  independent,
  key,
  type LogDensity,
  multivariateNormal,
  normal,
  numericDensity,
  posteriorDensity,
  row,
  uniform,
} from "@likely/core";
import { nuts, parallelTempering, sample, type SampleOptions, smc } from "@likely/samplers";
import { twoMoons } from "@likely/simulators";
import golden from "./golden/eight_schools.json" with { type: "json" };

/** Mean of a function of θ and its standard error, from the spread of chain means. */
function estimate({ chains, length, names, values }: Draws, fn: (theta: Float64Array) => number) {
  const rows = { data: values, n: chains * length, dim: names.length };
  const means = Array.from({ length: chains }, (_, c) => {
    let sum = 0;
    for (let t = 0; t < length; t++) sum += fn(row(rows, c * length + t));
    return sum / length;
  });
  const mean = means.reduce((a, b) => a + b) / chains;
  const variance = means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (chains - 1);
  return { mean, error: Math.sqrt(variance / chains) };
}

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
    const first = estimate(draws, columns[name]!);
    assertAlmostEquals(first.mean, mean, 4 * Math.hypot(first.error, mcse), name);
    const second = estimate(draws, (p) => ((columns[name]!(p) - mean) / sd) ** 2);
    // The golden sd is itself good to a few per cent: its error is about mcse / (√2 sd).
    assertAlmostEquals(second.mean, 1, 4 * Math.hypot(second.error, 2 * mcse / sd), `variance of ${name}`);
  }
});

Deno.test("NUTS tells that the centred eight schools are out of its reach", async () => {
  const draws = await sample(key(9), centred, line(10), { warmup: 200, draws: 200 });
  assert(Number(draws.info.divergences) > 0 && draws.warnings[0]!.includes("diverged"));
});

Deno.test("NUTS finds the moments of a correlated normal in 50 dimensions", async () => {
  const covariance = Array.from(
    { length: 50 },
    (_, i) => Array.from({ length: 50 }, (_, j) => 0.9 ** Math.abs(i - j)),
  );
  const prior = multivariateNormal(covariance.map((_, j) => `p${j}`), covariance.map(() => 1), covariance);
  const target: LogDensity = {
    name: "AR(1)",
    dim: 50,
    evaluate: (p) => ({ value: prior.logDensity(p), grad: prior.score(p).data }),
  };
  const draws = await sample(key(10), target, line(50), { chains: 8, warmup: 200, draws: 150 });
  for (const j of [0, 24, 49]) {
    const first = estimate(draws, (p) => p[j]!);
    const second = estimate(draws, (p) => (p[j]! - 1) ** 2);
    assert(first.error < 0.1, `${first.error}`);
    // Eight chains give the error with 7 degrees of freedom: 5.4 is what 4 would be with many.
    assertAlmostEquals(first.mean, 1, 5.4 * first.error);
    assertAlmostEquals(second.mean, 1, 5.4 * second.error);
  }
});

Deno.test("NUTS finds a target in a box and on a half line", async () => {
  const prior = independent({ share: uniform(0, 1), rate: uniform(0, 1e9) });
  const start = {
    names: ["share", "rate"],
    support: [{ low: 0, high: 1 }, { low: 0, high: Infinity }],
    sample: (k: Parameters<typeof prior.sample>[0], n: number) => {
      const theta = prior.sample(k, n);
      return { ...theta, data: theta.data.map((v, i) => i % 2 === 1 ? v / 1e9 : v) };
    },
  };
  const target = numericDensity(
    "beta(2, 5) and gamma(3)",
    2,
    ([s, r]) => Math.log(s!) + 4 * Math.log1p(-s!) + 2 * Math.log(r!) - r!,
  );
  const draws = await sample(key(11), target, start, { chains: 16, warmup: 150, draws: 200 });
  const [share, rate] = [0, 1].map((j) => estimate(draws, (p) => p[j]!));
  assertAlmostEquals(share!.mean, 2 / 7, 4 * share!.error);
  assertAlmostEquals(rate!.mean, 3, 4 * rate!.error);
});

const { prior, simulator } = twoMoons();
const seen = fromRows([[0, 0]]);
const moons: LogDensity = {
  name: "two moons",
  dim: 2,
  evaluate: (theta) => {
    const x = { data: new Float64Array(2 * theta.n), n: theta.n, dim: 2 };
    for (let i = 0; i < theta.n; i++) row(x, i).set(seen.data);
    return { value: simulator.logLikelihood!(theta, x) };
  },
};

/** At x = (0, 0) both moons are mirror images, each with half the mass. */
const upper = (p: Float64Array) => p[0]! + p[1]! > 0 ? 1 : 0;

Deno.test("SMC and parallel tempering give both moons half of the mass", async () => {
  const bySmc = await smc(key(12), prior, moons, { particles: 500, repeats: 6 });
  const sampler: SampleOptions["sampler"] = (target, { warmup }) =>
    parallelTempering(target, { warmup, temperatures: [1, 3, 9, 27, 81, 243, 729] });
  const options = { sampler, chains: 12, warmup: 50, draws: 400 };
  const byTempering = await sample(key(13), posteriorDensity(prior, moons), prior, options);
  for (const draws of [bySmc, byTempering]) {
    const { mean, error } = estimate(draws, upper);
    assert(error > 0 && error < 0.06, `${draws.info.sampler}: ${error}`);
    assertAlmostEquals(mean, 0.5, 5 * error, `${draws.info.sampler}`);
  }
});
