// What scores cost: training steps with and without them, by turns in one process.

import process from "node:process";
import {
  type Batch,
  type EmbeddingSpec,
  foldIn,
  initWeights,
  key,
  type Loss,
  type NetworkSpec,
  simulate,
  split,
  standardisation,
} from "@likely/core";
import { fusedEngine, type FusedTrainStep } from "@likely/kernels";
import { ARMS } from "./_score_arms.ts";
import type { ScoreCase } from "./_score_cases.ts";
import { median } from "./_measure.ts";

/** How long to look. */
export interface StepTimeOptions {
  /** Another embedding than the case's. */
  readonly embedding?: EmbeddingSpec;
  readonly batchSize: number;
  /** Blocks of steps for each arm. */
  readonly blocks: number;
}

// A look at the gradients comes every ten steps: each block holds one.
const BLOCK = 10;
const TIMED = ["bce", "score", "scoreQuarter"] as const;

/** Milliseconds of CPU time a step, by arm: medians over blocks, the first tenth left out. */
export async function stepTimes(
  { task, trunk, embedding: usual }: ScoreCase,
  { embedding = usual, batchSize, blocks }: StepTimeOptions,
): Promise<Record<string, number>> {
  const [forData, forWeights, forPairs] = split(key(7), 3);
  const data = await simulate(forData, task, 2 * batchSize, { score: true });
  const { thetaDim, xDim } = task.simulator;
  const spec: NetworkSpec = {
    kind: "network",
    thetaDim,
    xDim,
    ...(embedding && { embedding }),
    trunk,
    head: { kind: "linear" },
  };
  const scaling = { theta: standardisation(data.theta), x: standardisation(data.x) };
  const rows = Uint32Array.from({ length: batchSize }, (_, i) => i);
  const start = async (loss: Loss) => ({
    batch: loss.assemble(foldIn(forPairs, 0), data, rows),
    // One thread: CPU time that helpers spend waiting is no work.
    step: await fusedEngine({ workers: 1 }).trainStep({
      spec,
      loss,
      scaling,
      state: { weights: initWeights(forWeights, spec), steps: 0 },
      clipNorm: 5,
    }),
  });
  const runs = await Promise.all(TIMED.map((name) => start(ARMS[name]!.loss(data))));
  const times: number[][] = TIMED.map(() => []);
  for (let block = 0; block < blocks; block++) {
    runs.forEach((run, k) => times[k]!.push(blockTime(run)));
  }
  runs.forEach(({ step }) => step[Symbol.dispose]());
  const settled = times.map((all) => median(all.slice(Math.ceil(blocks / 10))));
  return Object.fromEntries(TIMED.map((name, k) => [name, settled[k]!]));
}

function blockTime({ step, batch }: { readonly step: FusedTrainStep; readonly batch: Batch }): number {
  const before = process.cpuUsage();
  for (let i = 0; i < BLOCK; i++) step.step(batch, 1e-3);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / BLOCK;
}
