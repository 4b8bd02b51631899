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
import { ADAM, CHOOSE_ROWS, COPY_RUNS, GRADIENT_NORM, SCORE_RESIDUAL } from "./_opcodes.ts";
import {
  emitBackward,
  emitKeptRows,
  emitKeptTrunk,
  emitSecondAdjoint,
  emitTangent,
  emitTrunk,
  emitTrunkGradient,
} from "./_trunk.ts";

/** A network planned for training, and what only training needs. */
export interface TrainNetwork extends Network {
  /** Regression targets, exact scores and 1/τ². */
  readonly target: number;
  readonly score: Rows;
  readonly scoreWeights: number;
  /** The gradient of the loss without its aid, for looks at the two apart. */
  readonly apart: number;
  /** Places of the pairs that are learned from, where they are some of all. */
  readonly chosen: number;
  /**
   * Numbers: the loss, five float32 (rates, limit), the norm and its factor, the weighted aid, where choices
   * begin, and how many pairs were chosen.
   */
  readonly slots: number;
}

/** Float32 places within the slots; the loss, in the first two, and the aid are float64. */
export const RATES = 2;
export const LIMIT = 6;
export const NORM = 7;
const FACTOR = 8;
export const AID = 10;
/** Where in [0, 1) the choice of pairs begins; how many were chosen, a whole number. */
export const OFFSET = 12;
export const CHOSEN = 13;
export const SLOTS = 14;

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
    chosen: arena.take("chosen", n * loss.atoms),
    slots: arena.take("slots", SLOTS),
  };
}

/** Tells whether a step can do with some of the pairs: where all that tells them apart is their slope. */
export function canThin({ head }: NetworkSpec, { atoms }: LossProgram): boolean {
  return head.kind === "linear" && atoms > 1;
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
  /** And take its weights into their average. @default {false} */
  readonly average?: boolean;
  /** Choose pairs: the first, and those whose share of the loss's slope is not below a limit; others by chance. */
  readonly choose?: { readonly limit: number; readonly always: number };
  /** Pairs chosen by the program before, from which all is learned: the first so many of the list. */
  readonly chosen?: number;
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
  if (options.chosen !== undefined) return emitChosenStep(code, network, options, options.chosen);
  const count = n * loss.atoms;
  const { scores, choose } = options;
  const moves = step || gradient || look !== undefined;
  const keep = { count, slopes: moves || scores > 0, bends: moves ? scores : 0 };
  emitPacking(code, network.layers);
  emitSeen(code, network, n);
  emitJoin(code, network, n, loss.atoms);
  emitTrunk(code, network.trunk, keep);
  emitLoss(code, spec, loss, network, { n, slopes: keep.slopes });
  if (choose !== undefined) emitChoice(code, network, count, choose);
  if (keep.slopes) emitBackward(code, network.trunk, keep);
  if (scores > 0) emitScore(code, network, scores);
  if (moves) emitGradient(code, network, { count, scores, n, look });
  if (step) emitUpdate(code, network, options);
  return Int32Array.from(code.words);
}

/** Which pairs are learned from: where slopes were those of a mean over all pairs, `limit` would be 1 / count. */
function emitChoice(
  code: Code,
  { slope, slots, chosen }: TrainNetwork,
  count: number,
  { limit, always }: NonNullable<StepOptions["choose"]>,
): void {
  const [offset, kept] = [OFFSET, CHOSEN].map((place) => slots + place * 4);
  code.emit(CHOOSE_ROWS, count, always, float(limit / count), offset!, slope, chosen, kept!);
}

/** A step that learns from the chosen pairs: their sums are there, and move together. */
function emitChosenStep(
  code: Code,
  network: TrainNetwork,
  options: StepOptions,
  count: number,
): Int32Array {
  const { n, scores } = options;
  const { trunk, theta, chosen: index } = network;
  const keep = { count, slopes: true, bends: scores };
  emitKeptRows(code, theta, count, index);
  emitKeptTrunk(code, trunk, keep, index);
  emitBackward(code, trunk, keep);
  if (scores > 0) emitScore(code, network, scores);
  emitGradient(code, network, { count, scores, n, index, look: undefined });
  emitUpdate(code, network, options);
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
  /** Where the places of pairs are listed, if they are some of all. */
  readonly index?: number;
}

function emitGradient(
  code: Code,
  network: TrainNetwork,
  { count, scores, n, look, index }: GradientRows,
): void {
  const { trunk, fromTheta, v, slope, scratch, parameters, apart } = network;
  const slopes = { count, scores, slope, scratch };
  if (look) {
    emitTrunkGradient(code, trunk, { ...slopes, scores: 0 });
    emitJoinGradient(code, network, { ...slopes, scores: 0 }, { n, embeds: look === "all" });
    code.emit(COPY_RUNS, 1, 1, parameters.count, apart, 0, 0, parameters.gradient, 0, 0);
  }
  if (scores > 0) {
    emitForward(code, scores, fromTheta, v, trunk.first.zt!, {});
    emitTangent(code, trunk, scores);
    emitSecondAdjoint(code, trunk, scores);
  }
  emitTrunkGradient(code, trunk, slopes);
  emitJoinGradient(code, network, slopes, { n, ...(index !== undefined && { index }) });
}

/** Clips the gradient and takes the step. */
export function emitUpdate(
  code: Code,
  { parameters, slots }: Pick<TrainNetwork, "parameters" | "slots">,
  { average = false }: Pick<StepOptions, "average">,
): void {
  const { weights, gradient, firstMoment, secondMoment, count: size } = parameters;
  const mean = average ? parameters.average : 0;
  const [rates, limit, norm, factor] = [RATES, LIMIT, NORM, FACTOR].map((place) => slots + place * 4);
  code.emit(GRADIENT_NORM, size, gradient, limit!, norm!, factor!);
  code.emit(ADAM, size, weights, firstMoment, secondMoment, gradient, rates!, factor!, mean);
}

/** The program that takes the step on whatever gradient is there. */
export function updateProgram(
  of: Pick<TrainNetwork, "parameters" | "slots">,
  options: Pick<StepOptions, "average">,
): Int32Array {
  const code = new Code();
  emitUpdate(code, of, options);
  return Int32Array.from(code.words);
}
