/** Our priors, likelihoods and scores against the reference posteriors of sbibm. */

import { assert, assertAlmostEquals } from "@std/assert";
import { type Points, points } from "@likely/core";
import { gaussianLinear, gaussianLinearPosterior, slcp, twoMoons } from "@likely/simulators";
import { average, repeat, steinInErrors } from "./_reference_checks.ts";
import { readSbibm, sbibmTest } from "./_sbibm.ts";

const OBSERVATIONS = [1, 2, 3];

sbibmTest("gaussian_linear: the reference has the mean and covariance of our posterior", async () => {
  for (const k of OBSERVATIONS) {
    const { observation, reference } = await readSbibm("gaussian_linear", k);
    const d = reference.dim;
    for (let i = 0; i < d; i++) {
      const centre = (at: Float64Array, j: number) => at[j]! - observation[j]! / 2;
      const { mean, error } = average(reference, (at) => centre(at, i));
      assertAlmostEquals(mean, 0, 4.5 * error);
      for (let j = 0; j <= i; j++) {
        const product = average(reference, (at) => centre(at, i) * centre(at, j));
        assertAlmostEquals(product.mean, i === j ? 0.05 : 0, 4.5 * product.error);
      }
    }
  }
});

sbibmTest("gaussian_linear: the reference's mean log density is minus our posterior's entropy", async () => {
  for (const k of OBSERVATIONS) {
    const { observation, reference } = await readSbibm("gaussian_linear", k);
    const logs = points(gaussianLinearPosterior(observation).logDensity(reference), 1);
    const { mean, error } = average(logs, ([value]) => value!);
    assertAlmostEquals(mean, -5 * Math.log(2 * Math.PI * Math.E * 0.05), 4.5 * error);
  }
});

sbibmTest(
  "gaussian_linear and slcp: prior and score satisfy Stein's identity under the reference",
  async () => {
    for (const task of [gaussianLinear(), slcp()]) {
      for (const k of OBSERVATIONS) {
        const { observation, reference } = await readSbibm(task.name, k);
        for (const z of steinInErrors(task, observation, reference)) {
          assert(Math.abs(z) < 4, `${task.name}, observation ${k}: ${z} standard errors`);
        }
      }
    }
  },
);

sbibmTest("Stein's identity fails for another observation: the check can fail", async () => {
  for (const task of [gaussianLinear(), slcp()]) {
    const { observation } = await readSbibm(task.name, 1);
    const { reference } = await readSbibm(task.name, 2);
    assert(Math.max(...steinInErrors(task, observation, reference).map(Math.abs)) > 10);
  }
});

sbibmTest("two_moons: the marginals of our likelihood on a grid are the reference's", async () => {
  const marginals = await Promise.all(OBSERVATIONS.map(async (k) => {
    const { observation, reference } = await readSbibm("two_moons", k);
    return { reference, grid: gridMarginals(observation) };
  }));
  for (const { reference, grid } of marginals) {
    // Kolmogorov's limit: beyond 2 with probability 7e-4.
    for (const j of [0, 1]) assert(kolmogorov(grid[j]!, reference, j) < 2);
  }
  assert(kolmogorov(marginals[0]!.grid[0]!, marginals[1]!.reference, 0) > 10, "the check can fail");
});

const CELLS = 500;

// The posterior over [−1, 1]² by the midpoint rule: the cdf of each parameter at its cells' ends.
function gridMarginals(observation: Float64Array): [Float64Array, Float64Array] {
  const at = (c: number) => -1 + 2 * (c + 0.5) / CELLS;
  const theta = points(
    Float64Array.from(
      { length: 2 * CELLS * CELLS },
      (_, i) => at(i % 2 === 0 ? Math.floor(i / 2 / CELLS) : (i >> 1) % CELLS),
    ),
    2,
  );
  const logs = twoMoons().simulator.logLikelihood!(theta, repeat(observation, theta.n));
  const cdfs: [Float64Array, Float64Array] = [new Float64Array(CELLS), new Float64Array(CELLS)];
  logs.forEach((value, i) => {
    cdfs[0][Math.floor(i / CELLS)]! += Math.exp(value);
    cdfs[1][i % CELLS]! += Math.exp(value);
  });
  for (const cdf of cdfs) {
    for (let c = 1; c < CELLS; c++) cdf[c]! += cdf[c - 1]!;
    const total = cdf[CELLS - 1]!;
    for (let c = 0; c < CELLS; c++) cdf[c]! /= total;
  }
  return cdfs;
}

// √n times the largest gap between a cdf on the grid and column j of the samples.
function kolmogorov(cdf: Float64Array, samples: Points, j: number): number {
  const seen = new Float64Array(CELLS);
  for (let i = 0; i < samples.n; i++) {
    seen[Math.min(CELLS - 1, Math.floor((samples.data[2 * i + j]! + 1) / 2 * CELLS))]! += 1 / samples.n;
  }
  let [sum, gap] = [0, 0];
  for (let c = 0; c < CELLS; c++) {
    sum += seen[c]!;
    gap = Math.max(gap, Math.abs(sum - cdf[c]!));
  }
  return Math.sqrt(samples.n) * gap;
}
