// A last layer of many outputs, whose adjoints somebody else writes.

import { padded } from "./_arena.ts";
import {
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  type Layer,
  type Plan,
  planLayer,
  type Rows,
  takeRows,
} from "./_layer.ts";
import type { Output } from "./_output.ts";

/** The last layer, its outputs, and where their adjoints go. */
export interface Columns extends Output {
  readonly layer: Layer;
  readonly outputs: Rows;
  readonly adjoint: Rows;
}

/** What tells {@linkcode planColumns} which layer. */
export interface ColumnsOptions {
  /** What the names of its weights begin with. */
  readonly path: string;
  /** Numbers that it reads. */
  readonly fanIn: number;
  /** Widths of its outputs' parts, each of which begins a vector. */
  readonly parts: readonly number[];
  /** Most rows. */
  readonly rows: number;
  /** Adjoints take the place of outputs. */
  readonly inPlace: boolean;
}

/** Plans a last layer. */
export function planColumns(plan: Plan, { path, fanIn, parts, rows, inPlace }: ColumnsOptions): Columns {
  const fanOut = parts.slice(0, -1).reduce((sum, width) => sum + padded(width), parts.at(-1)!);
  const layer = planLayer(plan, path, { fanIn, fanOut, inputGradient: true });
  const outputs = takeRows(plan.arena, `${path} outputs`, rows, fanOut);
  const adjoint = inPlace ? outputs : takeRows(plan.arena, `${path} outputs d`, rows, fanOut);
  return {
    layer,
    outputs,
    adjoint,
    forward: (code, count, from) => emitForward(code, count, layer, from, outputs, { bias: true }),
    backward: (code, count, to) => emitInputGradient(code, count, layer, adjoint, to),
    gradient: (code, { count, scratch, slope: scale }, from) =>
      emitWeightGradient(code, count, layer, from, adjoint, { scratch, scale }),
  };
}
