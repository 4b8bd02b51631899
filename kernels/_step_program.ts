// A training step, and a loss without one, as instructions.

import type { NetworkSpec } from "@likely/core";
import { Code, float } from "./_code.ts";
import { emitForward, emitPacking, type Rows, takeRows } from "./_layer.ts";
import { emitHead, emitHeadBack, type LossProgram } from "./_loss_program.ts";
import {
  emitJoin,
  emitJoinGradient,
  emitSeen,
  emitThetaGradient,
  type Network,
  planNetwork,
} from "./_network.ts";
import { ADAM, GRADIENT_NORM, SCORE_RESIDUAL } from "./_opcodes.ts";
import { emitBackward, emitSecondAdjoint, emitTangent, emitTrunk, emitTrunkGradient } from "./_trunk.ts";

/** A network planned for training, and what only training needs. */
export interface TrainNetwork extends Network {
  /** Regression targets, exact scores and 1/τ². */
  readonly target: number;
  readonly score: Rows;
  readonly scoreWeights: number;
  /** Numbers: the loss (float64), then the float32 rates, limit, norm and factor. */
  readonly slots: number;
}

/** Float32 places within the slots. */
export const RATES = 2;
export const LIMIT = 5;
export const NORM = 6;
const FACTOR = 7;

/** Plans a network for batches of at most n rows. */
export function planTraining(spec: NetworkSpec, loss: LossProgram, n: number): TrainNetwork {
  const hasScore = loss.score !== undefined;
  const network = planNetwork(spec, { x: n, pairs: n * loss.atoms, training: true, score: hasScore });
  const { arena } = network;
  return {
    ...network,
    target: arena.take("target", loss.target ? n : 0),
    score: takeRows(arena, "score", hasScore ? n : 0, spec.thetaDim),
    scoreWeights: arena.take("score weights", spec.thetaDim),
    slots: arena.take("slots", 8),
  };
}

/** Which program. */
export interface StepOptions {
  /** Rows of x in the batch. */
  readonly n: number;
  /** Take the step, or only compute the loss. */
  readonly update: boolean;
}

/** Emits the program of one call. */
export function emitStep(
  spec: NetworkSpec,
  loss: LossProgram,
  network: TrainNetwork,
  { n, update }: StepOptions,
): Int32Array {
  const code = new Code();
  const count = n * loss.atoms;
  const scores = loss.score?.rows(n) ?? 0;
  const keep = { count, slopes: update || scores > 0, bends: update ? scores : 0 };
  emitPacking(code, network.layers);
  emitSeen(code, network, n);
  emitJoin(code, network, n, loss.atoms);
  emitTrunk(code, network.trunk, keep, network.h);
  emitLoss(code, spec, loss, network, n);
  if (keep.slopes) emitBackward(code, network.trunk, keep);
  if (loss.score) emitScore(code, network, loss.score.weight, scores);
  if (update) emitUpdate(code, network, { count, scores: keep.bends, n });
  return Int32Array.from(code.words);
}

function emitLoss(code: Code, spec: NetworkSpec, loss: LossProgram, network: TrainNetwork, n: number): void {
  const count = n * loss.atoms;
  const out = emitHead(code, spec, network, count);
  const { target, slope, slots } = network;
  loss.emit(code, { n, out, target, slope, slot: slots });
  emitHeadBack(code, spec, network, count);
}

/** Score residuals on the first rows: added to the loss, their slopes in v. */
function emitScore(code: Code, network: TrainNetwork, weight: number, rows: number): void {
  const { thetaGradient: g, score, v, scoreWeights, slots } = network;
  emitThetaGradient(code, network, rows);
  const share = float(weight / (rows * g.width));
  code.emit(SCORE_RESIDUAL, rows, g.width, g.ld * 4, share, scoreWeights, g.at, score.at, v.at, slots);
}

interface UpdateRows {
  readonly count: number;
  readonly scores: number;
  readonly n: number;
}

function emitUpdate(code: Code, network: TrainNetwork, { count, scores, n }: UpdateRows): void {
  const { trunk, fromTheta, v, slope, scratch, parameters, slots } = network;
  if (scores > 0) {
    emitForward(code, scores, fromTheta, v, trunk.first.zt!, {});
    emitTangent(code, trunk, scores);
    emitSecondAdjoint(code, trunk, scores);
  }
  const slopes = { count, scores, slope, scratch };
  emitTrunkGradient(code, trunk, slopes);
  emitJoinGradient(code, network, slopes, n);
  const { weights, gradient, firstMoment, secondMoment, count: size } = parameters;
  const [rates, limit, norm, factor] = [RATES, LIMIT, NORM, FACTOR].map((place) => slots + place * 4);
  code.emit(GRADIENT_NORM, size, gradient, limit!, norm!, factor!);
  code.emit(ADAM, size, weights, firstMoment, secondMoment, gradient, rates!, factor!);
}
