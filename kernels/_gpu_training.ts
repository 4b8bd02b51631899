// What is trained on a GPU, and what is left to others.

import { checkSpec, type TrainPlan, type TrainStep, UnsupportedError } from "@likely/core";
import { workOf } from "./_cut.ts";
import type { Gpu } from "./_gpu.ts";
import { GpuStep } from "./_gpu_step.ts";
import type { LossTerms } from "./_trainee.ts";
import { type Train, traineeOf } from "./_trainee_of.ts";

/**
 * Prepares training on a GPU.
 *
 * @throws {UnsupportedError} If there is no program for it, no room, or too little work.
 */
export async function gpuTrainStep(
  open: () => Promise<Gpu>,
  plan: TrainPlan,
  least: number,
): Promise<TrainStep> {
  checkSpec(plan.spec);
  const { loss, train } = traineeOf(plan);
  if (least > 0) requireWork(plan, loss, train, least);
  const gpu = await open();
  const rule = least > 0 ? `, taken from ${least} multiply-adds a step on` : "";
  return new GpuStep(gpu, `webgpu (${gpu.adapter})${rule}`, plan, loss, train);
}

/** Requires a step to be worth a device; of rows that are not known, one. */
function requireWork({ rows = 1 }: TrainPlan, { score }: LossTerms, train: Train, least: number): void {
  const work = workOf(train(rows).program({ n: rows, scores: score ? rows : 0, step: true }));
  if (work >= least) return;
  throw new UnsupportedError(
    `Cannot train on WebGPU as a step must be ${least} multiply-adds: current value is ${work}`,
  );
}
