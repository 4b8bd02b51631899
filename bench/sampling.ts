/** How many effective draws a second? */

import { type Artifact, fromRows, key, posteriorDensity, priorFrom } from "@likely/core";
import { essBulk } from "@likely/diagnostics";
import { fusedEngine } from "@likely/kernels";
import { sample } from "@likely/samplers";
import { nre } from "@likely/sbi";
import { gaussianLinear } from "@likely/simulators";
import { median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "Effective draws a second on a trained gaussian_linear surrogate (10-d, resnet 2 x 50), warm-up included, 20 chains x 1,000";

/** Smallest bulk ESS over parameters, per second; and the seconds. */
export async function rows(): Promise<Row[]> {
  const { artifact } = await nre(key(0), gaussianLinear(), {
    simulations: 5000,
    maxEpochs: 20,
    trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" },
  });
  const out: Row[] = [];
  for (const sampler of ["slice", "hmc", "random_walk"] as const) {
    const runs: { readonly rate: number; readonly seconds: number }[] = [];
    for (let i = 0; i < 3; i++) runs.push(await run(artifact, sampler, i));
    out.push({ what: `${sampler}, effective draws`, value: median(runs.map((r) => r.rate)), unit: "1/s" });
    out.push({ what: `${sampler}, whole run`, value: median(runs.map((r) => r.seconds)), unit: "s" });
  }
  return out;
}

async function run(artifact: Artifact, sampler: "slice" | "hmc" | "random_walk", seed: number) {
  using output = await fusedEngine().logDensity(artifact, fromRows([new Array(10).fill(0.1)]));
  const prior = priorFrom(artifact.prior);
  const start = performance.now();
  const target = posteriorDensity(prior, output);
  const draws = await sample(key(seed), target, prior, { sampler, chains: 20, warmup: 200, draws: 1000 });
  const seconds = (performance.now() - start) / 1000;
  return { rate: Math.min(...essBulk(draws)) / seconds, seconds };
}
