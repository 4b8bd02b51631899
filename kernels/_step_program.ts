// A training step, and a loss without one, as instructions.

import type { AdaptiveWeighting, NetworkSpec } from "@likely/core";
import { Code, float } from "./_code.ts";
import { emitForward, emitPacking, type Room, type Rows, takeRows } from "./_layer.ts";
import { emitHead, emitHeadBack, type LossProgram } from "./_loss_program.ts";
import {
  emitJoin,
  emitJoinGradient,
  emitSeen,
  emitThetaGradient,
  type Network,
  planNetwork,
} from "./_network.ts";
import { ADAM, COPY_RUNS, GRADIENT_NORM, SCORE_RESIDUAL } from "./_opcodes.ts";
import { emitBackward, emitSecondAdjoint, emitTangent, emitTrunk, emitTrunkGradient } from "./_trunk.ts";

/** A network planned for training, and what only training needs. */
export interface TrainNetwork extends Network {
  /** Regression targets, exact scores and 1/τ². */
  readonly target: number;
  readonly score: Rows;
  readonly scoreWeights: number;
  /** The gradient of the loss without its aid, for looks at the two apart. */
  readonly apart: number;
  /** Numbers: the loss, four float32 (rates, limit), the norm and its factor, the weighted aid. */
  readonly slots: number;
}

/** Float32 places within the slots; the loss, in the first two, and the aid are float64. */
export const RATES = 2;
export const LIMIT = 5;
export const NORM = 6;
const FACTOR = 7;
export const AID = 8;
export const SLOTS = 10;

/** Plans a network for batches of at most n rows. */
export function planTraining(
  spec: NetworkSpec,
  loss: LossProgram,
  n: number,
  room: Room = {},
): TrainNetwork {
  const hasScore = loss.score !== undefined;
  const network = planNetwork(spec, {
    x: n,
    pairs: n * loss.atoms,
    training: true,
    score: hasScore,
    ...room,
  });
  const { arena } = network;
  return {
    ...network,
    target: arena.take("target", loss.target ? n : 0),
    score: takeRows(arena, "score", hasScore ? n : 0, spec.thetaDim),
    scoreWeights: arena.take("score weights", spec.thetaDim),
    apart: arena.take("gradient apart", isAdaptive(loss) ? network.parameters.count : 0),
    slots: arena.take("slots", SLOTS),
  };
}

/** Tells whether gradients are looked at to weigh the terms of a loss. */
export function isAdaptive({ score }: Pick<LossProgram, "score">): boolean {
  return score !== undefined && score.weighting.rule !== "fixed";
}

/** Which program. */
export interface StepOptions {
  /** Rows of x in the batch. */
  readonly n: number;
  /** Rows with scores. */
  readonly scores: number;
  /** Take the step. */
  readonly step: boolean;
  /** Leave the gradient, and take no step. @default {false} */
  readonly gradient?: boolean;
  /**
   * Leave the gradient of the loss alone, over all weights or those from the join on, beside
   * that of everything. Neither a step nor a look: only the loss and the score term.
   */
  readonly look?: AdaptiveWeighting["over"];
}

/** Emits the program of one call. */
export function emitStep(
  spec: NetworkSpec,
  loss: LossProgram,
  network: TrainNetwork,
  options: StepOptions,
): Int32Array {
  const { n, step, look, gradient = false } = options;
  const code = new Code();
  const count = n * loss.atoms;
  const { scores } = options;
  const moves = step || gradient || look !== undefined;
  const keep = { count, slopes: moves || scores > 0, bends: moves ? scores : 0 };
  emitPacking(code, network.layers);
  emitSeen(code, network, n);
  emitJoin(code, network, n, loss.atoms);
  emitTrunk(code, network.trunk, keep);
  emitLoss(code, spec, loss, network, { n, slopes: keep.slopes });
  if (keep.slopes) emitBackward(code, network.trunk, keep);
  if (scores > 0) emitScore(code, network, scores);
  if (moves) emitGradient(code, network, { count, scores, n, look });
  if (step) emitUpdate(code, network);
  return Int32Array.from(code.words);
}

function emitLoss(
  code: Code,
  spec: NetworkSpec,
  loss: LossProgram,
  network: TrainNetwork,
  { n, slopes }: { readonly n: number; readonly slopes: boolean },
): void {
  const count = n * loss.atoms;
  const out = network.measure
    ? emitMeasures(code, network, n, { atoms: loss.atoms, slopes })
    : emitHead(code, spec, network, count);
  const { target, slope, slots } = network;
  loss.emit(code, { n, out, target, slope, slot: slots });
  emitHeadBack(code, spec, network, count);
}

/** The head's values where it measures, atom by atom; returns their address. */
function emitMeasures(
  code: Code,
  { measure, seen, out }: TrainNetwork,
  n: number,
  { atoms, slopes }: { readonly atoms: number; readonly slopes: boolean },
): number {
  for (let a = 0; a < atoms; a++) {
    const first = a * n;
    measure!.measure(code, { count: n, first, seen, out: out + first * 4, slopes: slopes ? "set" : "none" });
  }
  return out;
}

/** Score residuals on the first rows: their mean to its slot, their slopes to v. */
function emitScore(code: Code, network: TrainNetwork, rows: number): void {
  const { thetaGradient: g, score, v, scoreWeights, slots } = network;
  emitThetaGradient(code, network, rows);
  const share = float(1 / (rows * g.width));
  const slot = slots + AID * 4;
  code.emit(SCORE_RESIDUAL, rows, g.width, g.ld * 4, share, scoreWeights, g.at, score.at, v.at, slot);
}

interface GradientRows {
  readonly count: number;
  readonly scores: number;
  readonly n: number;
  readonly look: StepOptions["look"];
}

function emitGradient(code: Code, network: TrainNetwork, { count, scores, n, look }: GradientRows): void {
  const { trunk, fromTheta, v, slope, scratch, parameters, apart } = network;
  const slopes = { count, scores, slope, scratch };
  if (look) {
    emitTrunkGradient(code, trunk, { ...slopes, scores: 0 });
    emitJoinGradient(code, network, { ...slopes, scores: 0 }, n, look === "all");
    code.emit(COPY_RUNS, 1, 1, parameters.count, apart, 0, 0, parameters.gradient, 0, 0);
  }
  if (scores > 0) {
    emitForward(code, scores, fromTheta, v, trunk.first.zt!, {});
    emitTangent(code, trunk, scores);
    emitSecondAdjoint(code, trunk, scores);
  }
  emitTrunkGradient(code, trunk, slopes);
  emitJoinGradient(code, network, slopes, n);
}

/** Clips the gradient and takes the step. */
export function emitUpdate(
  code: Code,
  { parameters, slots }: Pick<TrainNetwork, "parameters" | "slots">,
): void {
  const { weights, gradient, firstMoment, secondMoment, count: size } = parameters;
  const [rates, limit, norm, factor] = [RATES, LIMIT, NORM, FACTOR].map((place) => slots + place * 4);
  code.emit(GRADIENT_NORM, size, gradient, limit!, norm!, factor!);
  code.emit(ADAM, size, weights, firstMoment, secondMoment, gradient, rates!, factor!);
}

/** The program that takes the step on whatever gradient is there. */
export function updateProgram(of: Pick<TrainNetwork, "parameters" | "slots">): Int32Array {
  const code = new Code();
  emitUpdate(code, of);
  return Int32Array.from(code.words);
}
