/** Exact likelihoods sampled by chains, against importance sampling of the same posterior. */

import { assert } from "@std/assert";
import {
  type Key,
  key,
  type LogDensity,
  points,
  posteriorDensity,
  row,
  split,
  type Task,
} from "@likely/core";
import { sample, type SampleOptions } from "@likely/samplers";
import { autoregressive, driftDiffusion, mg1Queue } from "@likely/simulators";
import { effectiveRows, importancePosterior, momentsInErrors, repeat } from "./_reference_checks.ts";

interface Case {
  readonly task: Task;
  readonly truth: readonly number[];
  readonly options: SampleOptions;
}

const CASES: readonly Case[] = [
  { task: driftDiffusion({ trials: 60 }), truth: [1, 1.3, 0.45, 0.3], options: { thin: 3 } },
  { task: autoregressive(), truth: [0.6, -0.4, 1.2], options: { thin: 3 } },
  {
    task: mg1Queue({ customers: 20 }),
    truth: [4, 3, 0.15],
    options: { sampler: "random_walk", thin: 40, chains: 8, draws: 100 },
  },
];

for (const [i, { task, truth, options }] of CASES.entries()) {
  Deno.test(`${task.name}: chains on the exact likelihood agree with importance sampling`, async () => {
    const [forX, forChains, forRows] = split(key(30 + i), 3) as [Key, Key, Key];
    const theta = points(Float64Array.from(truth), truth.length);
    const observation = row(task.simulator.simulate(forX, theta), 0);
    const target = posteriorDensity(task.prior, exactLikelihood(task, observation));
    const { values } = await sample(forChains, target, task.prior, { warmup: 300, draws: 250, ...options });
    const reference = points(values, truth.length);
    const ours = importancePosterior(forRows, task, { observation, reference, n: 10_000 });
    assert(effectiveRows(ours) > 1000, `${effectiveRows(ours)} rows`);
    for (const z of momentsInErrors(ours, reference)) assert(Math.abs(z) < 4, `${z} standard errors`);
    // The data come from the truth.
    truth.forEach((value, j) => {
      const column = Array.from({ length: reference.n }, (_, r) => row(reference, r)[j]!);
      const mean = column.reduce((a, b) => a + b) / reference.n;
      const sd = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / reference.n);
      assert(Math.abs(value - mean) < 4 * sd, `${task.prior.names[j]}: ${mean} ± ${sd}`);
    });
  });
}

function exactLikelihood({ simulator }: Task, observation: Float64Array): LogDensity {
  return {
    name: simulator.name,
    dim: simulator.thetaDim,
    evaluate: (theta) => {
      const x = repeat(observation, theta.n);
      const value = simulator.logLikelihood!(theta, x);
      return { value, ...(simulator.score && { grad: simulator.score(theta, x).data }) };
    },
  };
}
