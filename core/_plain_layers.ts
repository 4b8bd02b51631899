// Layers of a network on single rows, in float64.

import { exp, tanh } from "./elementary.ts";
import type { Activation, TrunkSpec } from "./network_parts.ts";
import type { Weights } from "./weights.ts";

/** A dense layer, `y = x · W + b`; or `x · W` where there is no bias. */
export interface PlainLayer {
  /** `[in, out]`. */
  readonly weight: Float64Array;
  /** `[out]`. */
  readonly bias: Float64Array;
}

/** Reads the layer at a path. */
export function layerAt(weights: Weights, path: string): PlainLayer {
  const { shape, data } = weights[`${path}/weight`]!;
  const bias = weights[`${path}/bias`];
  return {
    weight: Float64Array.from(data),
    bias: bias ? Float64Array.from(bias.data) : new Float64Array(shape.at(-1)!),
  };
}

/** What a layer makes of a row. */
export function through({ weight, bias }: PlainLayer, row: Float64Array): Float64Array {
  const out = bias.slice();
  const width = out.length;
  for (let i = 0; i < row.length; i++) {
    const value = row[i]!;
    for (let j = 0; j < width; j++) out[j]! += value * weight[i * width + j]!;
  }
  return out;
}

/** The row (y, c), which the first layers read. */
export function joined(y: Float64Array, c: Float64Array): Float64Array {
  const row = new Float64Array(y.length + c.length);
  row.set(y);
  row.set(c, y.length);
  return row;
}

/** Applies an activation in place. */
export function activate(row: Float64Array, activation: Activation): Float64Array {
  for (let i = 0; i < row.length; i++) row[i] = activated(row[i]!, activation);
  return row;
}

/** An activation of one number. */
export function activated(h: number, activation: Activation): number {
  switch (activation) {
    case "silu":
      return h / (1 + exp(-h));
    case "tanh":
      return tanh(h);
    case "relu":
      return h > 0 ? h : 0;
    default:
      return activation satisfies never;
  }
}

/** Layers `path/0`, `path/1`, …, each followed by the activation. */
export function plainStack(weights: Weights, path: string, count: number, activation: Activation): Through {
  const layers = Array.from({ length: count }, (_, i) => layerAt(weights, `${path}/${i}`));
  return (row) => layers.reduce((h, layer) => activate(through(layer, h), activation), row);
}

/** What a part of a network makes of a row; the result may be the row itself. */
export type Through = (row: Float64Array) => Float64Array;

/** A trunk whose layers stand at a path. */
export function plainTrunk(weights: Weights, path: string, trunk: TrunkSpec): Through {
  const { activation } = trunk;
  const out = layerAt(weights, `${path}/out`);
  if (trunk.kind === "mlp") {
    const hidden = plainStack(weights, path, trunk.hidden.length, activation);
    return (row) => through(out, hidden(row));
  }
  const first = layerAt(weights, `${path}/in`);
  const blocks = Array.from(
    { length: trunk.blocks },
    (_, i) => [layerAt(weights, `${path}/block${i}/0`), layerAt(weights, `${path}/block${i}/1`)] as const,
  );
  return (row) => {
    const h = through(first, row);
    for (const [inner, outer] of blocks) {
      const inside = activate(through(inner, activate(h.slice(), activation)), activation);
      through(outer, inside).forEach((change, j) => h[j]! += change);
    }
    return through(out, h);
  };
}
