// Heads that measure x from what θ alone makes: the trunk sees θ, its last layer has many
// outputs, to the first of which θ is added by a way past the trunk, and the head compares them
// with x, or features of it.

import type { MeasuringHead, NetworkSpec } from "@likely/core";
import { padded } from "./_arena.ts";
import { type Code, float } from "./_code.ts";
import {
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  needScratch,
  type Plan,
  planLayer,
  type Rows,
  takeRows,
} from "./_layer.ts";
import { ABSOLUTE_HEAD, PARABOLOID } from "./_opcodes.ts";
import type { Output } from "./_output.ts";
import { outputParts } from "./_output_parts.ts";

/** Instruction that leaves values, and their slopes in the outputs. */
const OPCODES: Readonly<Record<MeasuringHead["kind"], number>> = {
  quadratic: PARABOLOID,
  absolute: ABSOLUTE_HEAD,
};

/** Which rows meet in {@linkcode Measure.measure}. */
export interface Meeting {
  /** Rows. */
  readonly count: number;
  /** First row of the outputs. */
  readonly first: number;
  /** Rows of x; with `ld` 0 one row for all. */
  readonly seen: Rows;
  /** Address of the values. */
  readonly out: number;
  /** Slopes in the outputs: none, in place of those before, or added to them. */
  readonly slopes: "none" | "set" | "add";
}

/** The last layer and the head, planned. */
export interface Measure extends Output {
  /** Values, and their slopes in the outputs, which a backward pass starts from. */
  measure(code: Code, meeting: Meeting): void;
  /** Adds to the θ-gradient what comes past the trunk. */
  addThetaGradient(code: Code, count: number, to: Rows): void;
}

/** What {@linkcode planMeasure} needs besides the plan. */
export interface MeasureOptions {
  readonly spec: NetworkSpec;
  readonly head: MeasuringHead;
  /** Numbers that the last layer reads. */
  readonly width: number;
  /** Standardised θ. */
  readonly theta: Rows;
  /** Most rows of outputs. */
  readonly rows: number;
}

/** Plans the last layer, the way past the trunk, and the head. */
export function planMeasure(plan: Plan, options: MeasureOptions): Measure {
  const { spec, head, width, theta, rows } = options;
  const [q, others] = outputParts(spec) as [number, number];
  const fanOut = padded(q) + others;
  const { arena, training } = plan;
  const weights = arena.constant("head weights", head.weights);
  const layer = planLayer(plan, "trunk/out", { fanIn: width, fanOut, inputGradient: true });
  const skip = planLayer(plan, "skip", {
    fanIn: theta.width,
    fanOut: q,
    inputGradient: !training,
    bias: false,
  });
  const outputs = takeRows(arena, "outputs", rows, fanOut);
  const adjoint = takeRows(arena, "outputs d", rows, fanOut);
  if (training) needScratch(plan, rows, fanOut);
  const row = outputs.ld * 4;
  return {
    forward: (code, count, from) => {
      emitForward(code, count, layer, from, outputs, { bias: true });
      emitForward(code, count, skip, theta, outputs, { rows: outputs });
    },
    measure: (code, { count, first, seen, out, slopes }) => {
      const to = slopes === "none" ? 0 : adjoint.at + first * row;
      const add = slopes === "add" ? 1 : 0;
      const from = outputs.at + first * row;
      const scale = head.kind === "quadratic" ? float(head.scale) : 0;
      code.emit(
        OPCODES[head.kind],
        count,
        padded(q),
        row,
        from,
        seen.at,
        seen.ld * 4,
        weights,
        scale,
        out,
        to,
        add,
      );
    },
    backward: (code, count, to) => emitInputGradient(code, count, layer, adjoint, to),
    addThetaGradient: (code, count, to) => emitInputGradient(code, count, skip, adjoint, to, to),
    gradient: (code, { count, slope: scale, scratch }, from) => {
      emitWeightGradient(code, count, layer, from, adjoint, { scratch, scale });
      emitWeightGradient(code, count, skip, theta, adjoint, { scratch, scale, bias: false });
    },
  };
}

/** Numbers in a row of outputs, which is wider than x as the head sees it; 0 for other heads. */
export function measuredWidth(spec: NetworkSpec): number {
  return outputParts(spec)?.reduce((sum, width) => sum + padded(width), 0) ?? 0;
}
