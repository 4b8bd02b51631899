// What the three kinds of density estimators have in common: rows `(target, context)` in, log
// densities out.

import { type Code, float } from "./_code.ts";
import type { Draws } from "./_draws.ts";
import type { FlowRows } from "./_flow_rows.ts";
import type { Rows } from "./_layer.ts";
import { NORMAL_BASE } from "./_opcodes.ts";

/** An estimator, planned. */
export interface Flow {
  /**
   * Log densities, and where a seed is given the start of a backward pass: the adjoint of each value.
   */
  forward(code: Code, count: number, seed?: number): void;
  /** Adjoints, the seed being that of the forward pass. */
  backward(code: Code, count: number, options: FlowBackward): void;
  /** Gradients of weights, after the backward pass. */
  gradient(code: Code, count: number): void;
  /** From the base to targets; absent where gradients of weights are asked for. */
  readonly draws?: Draws | undefined;
}

/** What a backward pass is for. */
export interface FlowBackward {
  readonly seed: number;
  /** Adjoints of the rows are asked for. */
  readonly input: boolean;
}

/** The log density of z in the base, and the start of the backward pass. */
export function emitBase(
  code: Code,
  count: number,
  { adjoint, target, values }: FlowRows,
  z: Rows,
  seed: number | undefined,
): void {
  const to = seed === undefined ? 0 : adjoint.at;
  const row = adjoint.ld * 4;
  code.emit(NORMAL_BASE, count, target, z.at, z.ld * 4, values, to, row, adjoint.width, float(seed ?? 0));
}
