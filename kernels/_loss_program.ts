// Losses this engine knows by name, as instructions.

import { type Loss, type NetworkSpec, UnsupportedError } from "@likely/core";
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

/** The score term of a loss. */
export interface ScoreTerm {
  readonly weight: number;
  /** Scales τ of the coordinates. */
  readonly tau: readonly number[];
  /** How many of n rows of x have the term: the first ones. */
  rows(n: number): number;
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
 * Recognises a loss by its name and options.
 *
 * @throws {UnsupportedError} If this engine has no program for it.
 */
export function lossProgram({ name, options }: Loss, { head, thetaDim }: NetworkSpec): LossProgram {
  const number = (key: string, fallback: number): number => {
    const value = options[key] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new UnsupportedError(
      `Cannot fuse ${name} as ${key} must be a finite number: current value is ${value}`,
    );
  };
  switch (name) {
    case "bce":
      return crossEntropy(0);
    case "bce_balanced":
      return crossEntropy(number("weight", 100));
    case "bce_score": {
      if (head.kind !== "linear") break;
      const tau = Array.from({ length: thetaDim }, (_, j) => number(`tau${j}`, 1));
      const fraction = number("fraction", 1);
      const rows = (n: number) => Math.min(n, Math.max(1, Math.ceil(fraction * n)));
      return { ...crossEntropy(0), score: { weight: number("weight", 1), tau, rows } };
    }
    case "nre_c":
      return contrast(number("classes", 5), number("gamma", 1));
    case "squared_error":
      return {
        atoms: 1,
        target: true,
        emit: (code, { n, out, target, slope, slot }) =>
          code.emit(SQUARED_ERROR, n, out, target, slope, slot),
      };
  }
  throw new UnsupportedError(`Cannot fuse the loss ${name} with a ${head.kind} head`);
}

function crossEntropy(balance: number): LossProgram {
  return {
    atoms: 2,
    target: false,
    emit: (code, { n, out, slope, slot }) => code.emit(CROSS_ENTROPY, n, float(balance), out, slope, slot),
  };
}

function contrast(classes: number, gamma: number): LossProgram {
  const offset = Math.log(gamma / classes);
  return {
    atoms: classes + 1,
    target: false,
    emit: (code, { n, out, slope, slot }) =>
      code.emit(CONTRAST, n, classes, float(gamma), float(offset), out, slope, slot),
  };
}

/** Outputs after the head; returns their address. */
export function emitHead(code: Code, { head }: NetworkSpec, network: Network, count: number): number {
  if (head.kind === "linear") return network.h;
  code.emit(SOFTPLUS_HEAD, count, float(head.scale), network.h, network.out, network.headSlope);
  return network.out;
}

/** Slopes in the outputs become slopes in what the head was given. */
export function emitHeadBack(code: Code, { head }: NetworkSpec, network: Network, count: number): void {
  if (head.kind === "linear") return;
  code.emit(MUL, padded(count), network.slope, network.slope, network.headSlope);
}
