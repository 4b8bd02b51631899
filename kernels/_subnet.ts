// A network of rows with many outputs and a linear way past it, as density estimators use them.

import type { TrunkSpec } from "@likely/core";
import type { Code } from "./_code.ts";
import { type Columns, planColumns } from "./_columns.ts";
import {
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  type Layer,
  type Plan,
  planLayer,
  type Rows,
} from "./_layer.ts";
import {
  emitBackward,
  emitTrunk,
  emitTrunkGradient,
  joinLayer,
  planTrunk,
  type Trunk,
  widthBeforeOutput,
} from "./_trunk.ts";

/** A network, planned. */
export interface Subnet {
  /** Outputs and their adjoints, which the backward pass starts from. */
  readonly outputs: Rows;
  readonly adjoint: Rows;
  /** From the rows that it reads to its outputs. */
  forward(code: Code, count: number, slopes: boolean): void;
  /** Adjoints within it, and what it adds to those of the rows that it reads. */
  backward(code: Code, count: number, options: BackwardOptions): void;
  /** Gradients of its weights, after the backward pass. */
  gradient(code: Code, count: number): void;
}

/** Layers have scratch of their own. */
const OWN = { scratch: 0 };

/** What a backward pass is for. */
export interface BackwardOptions {
  /** Where adjoints of the rows that were read go; absent: nowhere. */
  readonly to?: Rows | undefined;
  /** They are added to what is there. */
  readonly add: boolean;
}

/** What {@linkcode planSubnet} needs. */
export interface SubnetOptions {
  /** What the names of its weights begin with: `trunk`, `transform0`, …. */
  readonly path: string;
  readonly trunk: TrunkSpec;
  /** The rows that it reads. */
  readonly from: Rows;
  /** Widths of its outputs' parts. */
  readonly parts: readonly number[];
  /** Most rows. */
  readonly rows: number;
  /** Adjoints of outputs take their place. @default {false} */
  readonly inPlace?: boolean;
}

/** Plans a network without the way past it. */
export function planSubnet(plan: Plan, options: SubnetOptions): Subnet {
  const { path, trunk, from, parts, rows, inPlace = false } = options;
  const last = { path: `${path}/out`, parts, rows, inPlace };
  if (trunk.kind === "mlp" && trunk.hidden.length === 0) {
    return linear(from, planColumns(plan, { ...last, fanIn: from.width }));
  }
  const first = joinLayer(trunk, path);
  const join = planLayer(plan, first.path, { fanIn: from.width, fanOut: first.width, inputGradient: true });
  const columns = planColumns(plan, { ...last, fanIn: widthBeforeOutput(trunk) });
  return deep(from, join, columns, planTrunk(plan, trunk, columns, { path, pairs: rows, scores: 0 }));
}

function linear(from: Rows, columns: Columns): Subnet {
  const { outputs, adjoint, layer } = columns;
  return {
    outputs,
    adjoint,
    forward: (code, count) => columns.forward(code, count, from),
    backward: (code, count, { to, add }) => {
      if (to) emitInputGradient(code, count, layer, adjoint, to, add ? to : undefined);
    },
    gradient: (code, count) => emitWeightGradient(code, count, layer, from, adjoint, OWN),
  };
}

function deep(from: Rows, join: Layer, { outputs, adjoint }: Columns, trunk: Trunk): Subnet {
  return {
    outputs,
    adjoint,
    forward: (code, count, slopes) => {
      emitForward(code, count, join, from, trunk.first.z, { bias: true });
      emitTrunk(code, trunk, { count, slopes, bends: 0 });
    },
    backward: (code, count, { to, add }) => {
      emitBackward(code, trunk, { count, slopes: true, bends: 0 });
      if (to) emitInputGradient(code, count, join, trunk.first.d, to, add ? to : undefined);
    },
    gradient: (code, count) => {
      emitTrunkGradient(code, trunk, { count, scores: 0, slope: 0, ...OWN });
      emitWeightGradient(code, count, join, from, trunk.first.d, OWN);
    },
  };
}

/** The linear way past a network, from the same rows to some of its outputs or beside them. */
export interface Skip {
  /** Writes what it adds, or adds it to what is there. */
  forward(code: Code, count: number): void;
  backward(code: Code, count: number, options: BackwardOptions): void;
  gradient(code: Code, count: number): void;
}

/** What {@linkcode planSkip} needs. */
export interface SkipOptions {
  readonly path: string;
  readonly from: Rows;
  /** What it writes, and the adjoints of that. */
  readonly to: Rows;
  readonly adjoint: Rows;
  /** To what is there already. */
  readonly add: boolean;
}

/** Plans the way past a network. */
export function planSkip(plan: Plan, options: SkipOptions): Skip {
  const { path, from, to: line, adjoint, add } = options;
  const layer = planLayer(plan, path, {
    fanIn: from.width,
    fanOut: line.width,
    inputGradient: true,
    bias: false,
  });
  return {
    forward: (code, count) => emitForward(code, count, layer, from, line, add ? { rows: line } : {}),
    backward: (code, count, { to, add }) => {
      if (to) emitInputGradient(code, count, layer, adjoint, to, add ? to : undefined);
    },
    gradient: (code, count) => emitWeightGradient(code, count, layer, from, adjoint, { ...OWN, bias: false }),
  };
}
