// From host rows to the arena.

import {
  type Batch,
  type Points,
  type Scaling,
  type Standardisation,
  standardSlope,
  standardValue,
} from "@likely/core";
import type { Memory } from "./_arena.ts";
import type { Rows } from "./_layer.ts";

/**
 * Standardises float64 rows into float32 rows of the arena. A row of the source may fill
 * several there, as the elements of a set do.
 */
export function writeStandardised(
  memory: Memory,
  source: Points,
  by: Standardisation,
  to: Rows,
): void {
  const { data, n, dim } = source;
  const rowLength = (dim / to.width) * to.ld;
  const out = new Float32Array(memory.buffer, to.at, n * rowLength);
  for (let j = 0; j < dim; j++) {
    let k = Math.floor(j / to.width) * to.ld + j % to.width;
    for (let i = j; i < data.length; i += dim, k += rowLength) out[k] = standardValue(by, j, data[i]!);
  }
}

/** Writes scores with respect to standardised θ; row i belongs to row i of θ. */
export function writeScores(
  memory: Memory,
  { score, theta }: { readonly score: Points; readonly theta: Points },
  by: Standardisation,
  to: Rows,
): void {
  const { data, n, dim } = score;
  const out = new Float32Array(memory.buffer, to.at, n * to.ld);
  data.forEach((value, k) => {
    const j = k % dim;
    out[(k - j) / dim * to.ld + j] = value / standardSlope(by, j, theta.data[k]!);
  });
}

/** Where a batch goes. */
export interface Intake {
  readonly theta: Rows;
  readonly x: Rows;
  /** Address of regression targets, and rows of scores; absent: the loss has none. */
  readonly target?: number | undefined;
  readonly score?: Rows | undefined;
}

/** Puts a batch there. */
export function writeBatch(
  memory: Memory,
  { theta, x, target, score }: Batch,
  scaling: Scaling,
  to: Intake,
): void {
  writeStandardised(memory, theta, scaling.theta, to.theta);
  writeStandardised(memory, x, scaling.x, to.x);
  if (to.target !== undefined) new Float32Array(memory.buffer, to.target, x.n).set(target!);
  if (to.score) writeScores(memory, { score: score!, theta }, scaling.theta, to.score);
}

/** Requires what a batch or an artifact must be for the network at hand. */
export function requireDim(action: string, name: string, value: number, expected: number): void {
  if (value === expected) return;
  throw new TypeError(`Cannot ${action} as ${name} must be ${expected}: current value is ${value}`);
}

/** Requires rows of x. What the tensor engine asks for too, in the same words. */
export function requireObservation({ data, n, dim }: Points, xDim: number): void {
  const action = "evaluate at an observation";
  if (n < 1 || dim !== xDim) {
    throw new TypeError(
      `Cannot ${action} as x must be rows of ${xDim} numbers: current value is ${n} rows of ${dim}`,
    );
  }
  const bad = data.find((value) => !Number.isFinite(value));
  if (bad !== undefined) {
    throw new RangeError(`Cannot ${action} as x must be finite: current value is ${bad}`);
  }
}
