// Losses this engine knows by name, as instructions.

import { log } from "@likely/core/elementary";
import { type Loss, type NetworkSpec, UnsupportedError, type Weighting } from "@likely/core";
import { padded } from "./_arena.ts";
import { type Code, float } from "./_code.ts";
import type { Network } from "./_network.ts";
import { CONTRAST, CROSS_ENTROPY, MUL, SOFTPLUS_HEAD, SQUARED_ERROR } from "./_opcodes.ts";

/** A loss as instructions. */
export interface LossProgram {
  /** θ rows per x row that the formula needs. */
  readonly atoms: number;
  /** The batch must bring targets. */
  readonly target: boolean;
  /** The score term; absent: there is none. */
  readonly score?: ScoreTerm;
  /** Emits the value (to a slot) and the slope in each output, for n rows of x. */
  emit(code: Code, io: LossRows): void;
}

/** The score term that aids a loss. */
export interface ScoreTerm {
  /** How strongly it pulls. */
  readonly weighting: Weighting;
  /** How strongly it counts where training is judged. */
  readonly judged: number;
  /** Scales τ of the coordinates. */
  readonly tau: readonly number[];
}

/** Where the loss reads and writes. */
export interface LossRows {
  readonly n: number;
  /** Outputs, targets, the slopes to be written, and the slot of the value. */
  readonly out: number;
  readonly target: number;
  readonly slope: number;
  readonly slot: number;
}

/**
 * Recognises a loss by its name and options, and the score term that aids it.
 *
 * @throws {UnsupportedError} If this engine has no program for it.
 */
export function lossProgram(loss: Loss, spec: NetworkSpec): LossProgram {
  const { name, aid } = loss;
  if (!name.endsWith("_score")) return plainProgram(loss, spec);
  if (spec.head.kind !== "linear" || aid?.terms.length !== 1 || aid.weighting.rule === "gradient_sum") {
    throw new UnsupportedError(
      `Cannot fuse ${name} as its aid must be one term of weight w beside a loss of weight 1, on a linear head`,
    );
  }
  const tau = Array.from({ length: spec.thetaDim }, (_, j) => option(loss, `tau${j}`, 1));
  const plain = plainProgram({ ...loss, name: name.slice(0, -"_score".length) }, spec);
  return { ...plain, score: { weighting: aid.weighting, judged: aid.judged, tau } };
}

function plainProgram(loss: Loss, { head }: NetworkSpec): LossProgram {
  switch (loss.name) {
    case "bce":
      return crossEntropy(0);
    case "bce_balanced":
      return crossEntropy(option(loss, "weight", 100));
    case "nre_c":
      return contrast(option(loss, "classes", 5), option(loss, "gamma", 1));
    case "squared_error":
      return {
        atoms: 1,
        target: true,
        emit: (code, { n, out, target, slope, slot }) =>
          code.emit(SQUARED_ERROR, n, out, target, slope, slot),
      };
  }
  throw new UnsupportedError(`Cannot fuse the loss ${loss.name} with a ${head.kind} head`);
}

function option({ name, options }: Loss, key: string, fallback: number): number {
  const value = options[key] ?? fallback;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UnsupportedError(
    `Cannot fuse ${name} as ${key} must be a finite number: current value is ${value}`,
  );
}

function crossEntropy(balance: number): LossProgram {
  return {
    atoms: 2,
    target: false,
    emit: (code, { n, out, slope, slot }) => code.emit(CROSS_ENTROPY, n, float(balance), out, slope, slot),
  };
}

function contrast(classes: number, gamma: number): LossProgram {
  const offset = log(gamma / classes);
  return {
    atoms: classes + 1,
    target: false,
    emit: (code, { n, out, slope, slot }) =>
      code.emit(CONTRAST, n, classes, float(gamma), float(offset), out, slope, slot),
  };
}

/** Outputs of `count` pairs after a head that does not measure; returns their address. */
export function emitHead(code: Code, { head }: NetworkSpec, network: Network, count: number): number {
  if (head.kind !== "softplus") return network.h;
  code.emit(SOFTPLUS_HEAD, count, float(head.scale), network.h, network.out, network.headSlope);
  return network.out;
}

/** Slopes in the outputs become slopes in what the head was given. */
export function emitHeadBack(code: Code, { head }: NetworkSpec, network: Network, count: number): void {
  if (head.kind !== "softplus") return;
  code.emit(MUL, padded(count), network.slope, network.slope, network.headSlope);
}
