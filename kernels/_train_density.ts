// Training of density estimators: the negative mean log density and its gradient.

import { type DensitySpec, type Loss, UnsupportedError, weightMasks } from "@likely/core";
import { Code } from "./_code.ts";
import {
  conditionOf,
  emitEmbedded,
  emitEmbeddedBack,
  type Estimator,
  planEstimator,
  targetOf,
} from "./_estimator.ts";
import { emitPacking, type Room } from "./_layer.ts";
import { MUL, NEGATIVE_MEAN, PACK_ROWS } from "./_opcodes.ts";
import { emitUpdate, SLOTS, type StepOptions } from "./_step_program.ts";
import type { LossTerms, Trainee } from "./_trainee.ts";

/**
 * What batches of the loss of a density bring.
 *
 * @throws {UnsupportedError} If this engine has no program for the loss.
 */
export function densityLoss({ name }: Loss, { kind }: DensitySpec): LossTerms {
  if (name === "nll") return { atoms: 1, target: false };
  throw new UnsupportedError(`Cannot fuse the loss ${name} with a density of kind ${kind}`);
}

/** Plans an estimator for batches of at most n rows. */
export function planDensityTraining(spec: DensitySpec, n: number, room: Room = {}): Trainee {
  const estimator = planEstimator(spec, { rows: n, embedded: n, training: true, ...room });
  const { arena, parameters } = estimator;
  const masks = weightMasks(spec);
  const isMasked = Object.keys(masks).length > 0;
  const mask = isMasked ? arena.constant("masks", parameters.layOut(masks)) : 0;
  const slots = arena.take("slots", SLOTS);
  const isOfTheta = spec.target === "theta";
  return {
    arena,
    parameters,
    slots,
    thins: false,
    scoreWeights: 0,
    apart: 0,
    intake: isOfTheta
      ? { theta: targetOf(estimator), x: conditionOf(estimator) }
      : { theta: conditionOf(estimator), x: targetOf(estimator) },
    program: (options) => emitDensityStep(estimator, { mask, slots }, options),
  };
}

interface StepParts {
  /** A run of 0 for weights that stay 0, 1 for others; address 0: there are none. */
  readonly mask: number;
  readonly slots: number;
}

function emitDensityStep(
  estimator: Estimator,
  { mask, slots }: StepParts,
  { n, step, average = false, gradient: asked = false }: StepOptions,
): Int32Array {
  const { parameters, flow, io, embedding } = estimator;
  const { gradient, count } = parameters;
  const code = new Code();
  const seed = -1 / n;
  const moves = step || asked;
  emitPacking(code, estimator.layers);
  emitEmbedded(code, estimator, n);
  code.rowByRow(n, () => {
    flow.forward(code, n, moves ? seed : undefined);
    if (moves) flow.backward(code, n, { seed, input: embedding !== undefined });
  });
  code.emit(NEGATIVE_MEAN, n, io.values, slots);
  if (!moves) return Int32Array.from(code.words);
  code.inTwoTurns((name) => name === PACK_ROWS, () => flow.gradient(code, n));
  emitEmbeddedBack(code, estimator, n);
  if (mask) code.emit(MUL, count, gradient, gradient, mask);
  if (step) emitUpdate(code, { parameters, slots }, { average });
  return Int32Array.from(code.words);
}
