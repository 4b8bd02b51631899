// The network after the join of θ and x, as instructions: forward, the unit backward pass
// (which also gives the θ-score), the tangent along v, the second-order adjoint, and the
// gradients of its weights.

import type { Activation, TrunkSpec } from "@likely/core";
import type { Code } from "./_code.ts";
import {
  emitActivation,
  emitForward,
  emitInputGradient,
  emitWeightGradient,
  type Layer,
  type Plan,
  planLayer,
  type Rows,
  takeRows,
} from "./_layer.ts";
import { ACTIVATE_BACK, ADD, KEEP_ROWS, MUL, MUL_MUL_ADD } from "./_opcodes.ts";
import type { Output, Slopes } from "./_output.ts";

/** What a layer writes: sums, and what the passes find at them. */
interface Sums {
  /** The sums z. */
  readonly z: Rows;
  /** ∂h/∂z, h the network's output (under a measuring head, its value). */
  readonly d: Rows;
  /** Tangent of z along v, and the adjoint of z for that tangent. */
  readonly zt?: Rows | undefined;
  readonly e?: Rows | undefined;
}

/** An activation of some sums. */
interface Active {
  readonly sums: Sums;
  /** act(z), act'(z), and act''(z) ∂h/∂a; the tangent of a. */
  readonly a: Rows;
  readonly s1: Rows;
  readonly s2?: Rows | undefined;
  readonly at?: Rows | undefined;
}

/** Activation, then layer. */
interface Stage {
  readonly input: Active;
  readonly layer: Layer;
  readonly output: Sums;
}

/** Stages in a row, around which the residual goes if there is one. */
interface Block {
  readonly stages: readonly Stage[];
  readonly residual: boolean;
}

/** The trunk, planned. */
export interface Trunk {
  readonly activation: Activation;
  /** Sums of the first layer, which the join writes. */
  readonly first: Sums;
  readonly blocks: readonly Block[];
  /** Activation before the last layer; absent in a residual network. */
  readonly last?: Active;
  /** Sums that reach the last layer. */
  readonly end: Sums;
  /** The last layer. */
  readonly output: Output;
}

/** How many rows there will be at most, and where the weights are. */
export interface TrunkOptions extends Capacity {
  /** What the names of weights begin with. @default {"trunk"} */
  readonly path?: string;
}

/** How many rows there will be at most. */
export interface Capacity {
  /** Rows of pairs. */
  readonly pairs: number;
  /** Rows with a score. */
  readonly scores: number;
}

/** Width of the first layer after the join, and its path. */
export function joinLayer(trunk: TrunkSpec, path: string = "trunk"): { path: string; width: number } {
  if (trunk.kind === "resnet") return { path: `${path}/in`, width: trunk.width };
  return { path: `${path}/0`, width: trunk.hidden[0]! };
}

/** Numbers that the last layer reads. */
export function widthBeforeOutput(trunk: TrunkSpec): number {
  return trunk.kind === "resnet" ? trunk.width : trunk.hidden.at(-1)!;
}

/** Plans the trunk up to its output. */
export function planTrunk(
  plan: Plan,
  spec: TrunkSpec,
  output: Output,
  { path: name = "trunk", ...capacity }: TrunkOptions,
): Trunk {
  const first = takeSums(plan, "join", joinLayer(spec).width, capacity);
  const stage = (from: Sums, path: string, width: number): Stage => ({
    input: takeActive(plan, path, from, capacity),
    layer: planLayer(plan, path, { fanIn: from.z.width, fanOut: width, inputGradient: true }),
    output: takeSums(plan, path, width, capacity),
  });
  const blocks: Block[] = [];
  let end = first;
  const add = (paths: readonly string[], width: number, residual: boolean) => {
    const stages: Stage[] = [];
    for (const path of paths) stages.push(stage(stages.at(-1)?.output ?? end, path, width));
    blocks.push({ stages, residual });
    end = stages.at(-1)!.output;
  };
  if (spec.kind === "resnet") {
    for (let i = 0; i < spec.blocks; i++) {
      add([`${name}/block${i}/0`, `${name}/block${i}/1`], spec.width, true);
    }
  } else {
    spec.hidden.slice(1).forEach((width, i) => add([`${name}/${i + 1}`], width, false));
  }
  return {
    activation: spec.activation,
    first,
    blocks,
    ...(spec.kind === "mlp" && { last: takeActive(plan, `${name}/out`, end, capacity) }),
    end,
    output,
  };
}

function takeSums({ arena, score }: Plan, path: string, width: number, { pairs, scores }: Capacity): Sums {
  return {
    z: takeRows(arena, `${path} z`, pairs, width),
    d: takeRows(arena, `${path} d`, pairs, width),
    zt: score ? takeRows(arena, `${path} zt`, scores, width) : undefined,
    e: score ? takeRows(arena, `${path} e`, scores, width) : undefined,
  };
}

function takeActive({ arena, score }: Plan, path: string, sums: Sums, { pairs, scores }: Capacity): Active {
  const { width } = sums.z;
  return {
    sums,
    a: takeRows(arena, `${path} a`, pairs, width),
    s1: takeRows(arena, `${path} s1`, pairs, width),
    s2: score ? takeRows(arena, `${path} s2`, scores, width) : undefined,
    at: score ? takeRows(arena, `${path} at`, scores, width) : undefined,
  };
}

/** How much a forward pass keeps. */
export interface Keep {
  /** Rows. */
  readonly count: number;
  /** First derivatives, for the backward pass. */
  readonly slopes: boolean;
  /** Rows whose second derivatives are kept too. */
  readonly bends: number;
}

/** From the first sums to the outputs. */
export function emitTrunk(code: Code, trunk: Trunk, keep: Keep): void {
  const { count } = keep;
  for (const { stages, residual } of trunk.blocks) {
    const start = stages[0]!.input.sums.z;
    stages.forEach(({ input, layer, output }, i) => {
      emitActive(code, trunk, input, keep);
      const rows = residual && i === stages.length - 1 ? { rows: start } : {};
      emitForward(code, count, layer, input.a, output.z, { bias: true, ...rows });
    });
  }
  if (trunk.last) emitActive(code, trunk, trunk.last, keep);
  trunk.output.forward(code, count, trunk.last?.a ?? trunk.end.z);
}

/** Of some rows alone, those that `index` lists: all that a backward pass needs, moved to the front. */
export function emitKeptTrunk(code: Code, trunk: Trunk, keep: Keep, index: number): void {
  const { count } = keep;
  const actives = trunk.blocks.flatMap(({ stages }) => stages.map(({ input }) => input));
  if (trunk.last) actives.push(trunk.last);
  else emitKeptRows(code, trunk.end.z, count, index);
  for (const active of actives) {
    emitKeptRows(code, active.sums.z, count, index);
    emitActive(code, trunk, active, keep);
  }
}

/** The i-th row becomes that at the i-th place of `index`. */
export function emitKeptRows(code: Code, { at, ld }: Rows, count: number, index: number): void {
  code.emit(KEEP_ROWS, count, ld, at, ld * 4, index);
}

function emitActive(code: Code, { activation }: Trunk, { sums, a, s1, s2 }: Active, keep: Keep): void {
  emitActivation(code, keep.count, {
    kind: activation,
    from: sums.z,
    to: a,
    slope: keep.slopes ? s1 : undefined,
    bend: s2,
    bendRows: keep.bends,
  });
}

/** ∂h/∂z at all sums, starting from 1: the loss's own slope is multiplied in later. */
export function emitBackward(code: Code, trunk: Trunk, { count, bends }: Keep): void {
  const { end, output, last } = trunk;
  output.backward(code, count, end.d);
  if (last) emitSlope(code, last, count, bends);
  for (const { stages, residual } of trunk.blocks.toReversed()) {
    for (const { input, layer, output } of stages.toReversed()) {
      emitInputGradient(code, count, layer, output.d, input.sums.d);
      emitSlope(code, input, count, bends);
    }
    if (!residual) continue;
    const { d } = stages[0]!.input.sums;
    code.emit(ADD, count * d.ld, d.at, d.at, stages.at(-1)!.output.d.at);
  }
}

/** `d ← s₁ d`; where second derivatives are kept, first `s₂ ← s₂ d`. */
function emitSlope(code: Code, { sums: { d }, s1, s2 }: Active, count: number, bends: number): void {
  const skip = bends * d.ld * 4;
  if (bends > 0) code.emit(ACTIVATE_BACK, bends * d.ld, d.at, s1.at, s2!.at);
  if (count > bends) code.emit(ACTIVATE_BACK, (count - bends) * d.ld, d.at + skip, s1.at + skip, 0);
}

/** Tangents of everything along v, given those of the first sums. */
export function emitTangent(code: Code, trunk: Trunk, count: number): void {
  for (const { stages, residual } of trunk.blocks) {
    const start = stages[0]!.input.sums.zt!;
    stages.forEach(({ input, layer, output }, i) => {
      emitActiveTangent(code, input, count);
      const rows = residual && i === stages.length - 1 ? { rows: start } : {};
      emitForward(code, count, layer, input.at!, output.zt!, rows);
    });
  }
  if (trunk.last) emitActiveTangent(code, trunk.last, count);
}

function emitActiveTangent(code: Code, { sums, s1, at }: Active, count: number): void {
  code.emit(MUL, count * s1.ld, at!.at, s1.at, sums.zt!.at);
}

/** Adjoints of the sums for the directional derivative along v: `e = s₁ (e' Wᵀ) + s₂ d z̃`. */
export function emitSecondAdjoint(code: Code, trunk: Trunk, count: number): void {
  // The last layer is linear: without an activation before it nothing bends there.
  let known = false;
  const bend = ({ sums, s1, s2 }: Active) => {
    const size = count * s1.ld;
    const e = sums.e!.at;
    if (known) code.emit(MUL_MUL_ADD, size, e, s1.at, e, s2!.at, sums.zt!.at);
    else code.emit(MUL, size, e, s2!.at, sums.zt!.at);
    known = true;
  };
  if (trunk.last) bend(trunk.last);
  for (const { stages, residual } of trunk.blocks.toReversed()) {
    const end = stages.at(-1)!.output.e!;
    const passes = residual && known;
    for (const { input, layer, output } of stages.toReversed()) {
      if (known) emitInputGradient(code, count, layer, output.e!, input.sums.e!);
      bend(input);
    }
    if (!passes) continue;
    const { e } = stages[0]!.input.sums;
    code.emit(ADD, count * e!.ld, e!.at, e!.at, end.at);
  }
}

/** Gradients of the trunk's weights, those of the join left out. */
export function emitTrunkGradient(code: Code, trunk: Trunk, slopes: Slopes): void {
  const { count, scores, slope, scratch } = slopes;
  const noBend = !trunk.last ? trunk.end : undefined;
  for (const { stages } of trunk.blocks) {
    for (const { input, layer, output } of stages) {
      const bent = scores > 0 && output !== noBend;
      emitWeightGradient(code, count, layer, input.a, output.d, {
        scratch,
        scale: slope,
        ...(bent && { add: output.e!, addRows: scores }),
      });
      if (scores > 0) {
        emitWeightGradient(code, scores, layer, input.at!, output.d, { scratch, accumulate: true });
      }
    }
  }
  const { end, last, output } = trunk;
  output.gradient(code, slopes, last?.a ?? end.z, last?.at ?? end.zt);
}
