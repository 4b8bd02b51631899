// Dense layers in a row, as the embeddings use them.

import type { Activation } from "@likely/core";
import type { Code } from "./_code.ts";
import {
  emitActivation,
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  goesBack,
  type Layer,
  needScratch,
  type Plan,
  planLayer,
  type Rows,
  takeRows,
} from "./_layer.ts";
import { ACTIVATE_BACK } from "./_opcodes.ts";

/** A piece of an embedding. */
export interface Piece {
  /** What it makes of its input. */
  readonly out: Rows;
  /** The adjoint of `out`, which a backward pass starts from. */
  readonly adjoint: Rows;
  /** Emits the pass for the given number of rows of the input. */
  forward(code: Code, count: number): void;
  /** Emits gradients of the weights, where they are trained, and of the input, where it was planned. */
  backward(code: Code, count: number): void;
}

/** What {@linkcode planStack} needs. */
export interface StackOptions {
  /** Names of the layers and their widths. */
  readonly paths: readonly string[];
  readonly widths: readonly number[];
  readonly activation: Activation;
  /** Whether the last layer is activated too. */
  readonly activateLast: boolean;
  /** Most rows there will be. */
  readonly rows: number;
  /** The input, and where its adjoint goes if anybody wants it. */
  readonly from: Rows;
  readonly fromAdjoint?: Rows | undefined;
}

interface Step {
  readonly layer: Layer;
  readonly input: Rows;
  readonly inputAdjoint?: Rows | undefined;
  readonly z: Rows;
  readonly a?: Rows | undefined;
  readonly s1: Rows;
  readonly d: Rows;
}

/** Plans dense layers in a row. */
export function planStack(plan: Plan, options: StackOptions): Piece {
  const { paths, activation } = options;
  const steps: Step[] = [];
  for (let i = 0; i < paths.length; i++) steps.push(planStep(plan, options, i, steps.at(-1)));
  const last = steps.at(-1)!;
  return {
    out: last.a ?? last.z,
    adjoint: last.d,
    forward: (code, count) => {
      for (const { layer, input, z, a, s1 } of steps) {
        emitForward(code, count, layer, input, z, { bias: true });
        const slope = goesBack(plan) ? s1 : undefined;
        if (a) emitActivation(code, count, { kind: activation, from: z, to: a, slope });
      }
    },
    backward: (code, count) => {
      for (const { layer, input, inputAdjoint, a, s1, d } of steps.toReversed()) {
        if (a) code.emit(ACTIVATE_BACK, count * d.ld, d.at, s1.at, 0);
        if (plan.training) emitWeightGradient(code, count, layer, input, d, { scratch: plan.scratch.at });
        if (inputAdjoint) emitInputGradient(code, count, layer, d, inputAdjoint);
      }
    },
  };
}

function planStep(plan: Plan, options: StackOptions, i: number, previous: Step | undefined): Step {
  const { paths, widths, activateLast, rows, from, fromAdjoint } = options;
  const path = paths[i]!;
  const width = widths[i]!;
  const input = previous ? previous.a ?? previous.z : from;
  const inputAdjoint = previous ? previous.d : fromAdjoint;
  const inputGradient = goesBack(plan) && inputAdjoint !== undefined;
  const room = (what: string, wanted: boolean) =>
    takeRows(plan.arena, `${path} ${what}`, wanted ? rows : 0, width);
  const isActive = activateLast || i < paths.length - 1;
  needScratch(plan, rows, width);
  return {
    layer: planLayer(plan, path, { fanIn: input.width, fanOut: width, inputGradient }),
    input,
    inputAdjoint,
    z: room("z", true),
    a: isActive ? room("a", true) : undefined,
    s1: room("s1", isActive && goesBack(plan)),
    d: room("d", goesBack(plan)),
  };
}
