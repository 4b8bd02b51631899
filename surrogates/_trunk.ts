// Trunks on tensors. Everything here borrows its arguments and runs inside the caller's tidy.

import type { TrunkSpec } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Matrix } from "@likely/core/tensor";
import { activate, dense, stack, type TensorWeights } from "./_dense.ts";

/** The path of a trunk's first layer. */
export function firstLayer(path: string, trunk: TrunkSpec): string {
  if (trunk.kind === "resnet") return `${path}/in`;
  return trunk.hidden.length > 0 ? `${path}/0` : `${path}/out`;
}

/** The trunk from its first layer's sums on: `[m, width]` to `[m, out]`. */
export function afterFirst(weights: TensorWeights, path: string, trunk: TrunkSpec, sums: Matrix): Matrix {
  switch (trunk.kind) {
    case "mlp": {
      const { hidden: { length: count }, activation } = trunk;
      if (count === 0) return sums;
      const h = stack(weights, { path, first: 1, count, activation }, activate(sums, activation));
      return dense(weights, `${path}/out`, h);
    }
    case "resnet": {
      let h = sums;
      for (let i = 0; i < trunk.blocks; i++) {
        const inner = dense(weights, `${path}/block${i}/0`, activate(h, trunk.activation));
        h = tf.add(h, dense(weights, `${path}/block${i}/1`, activate(inner, trunk.activation)));
      }
      return dense(weights, `${path}/out`, h);
    }
    default:
      return trunk satisfies never;
  }
}

/** A whole trunk: `[m, in]` to `[m, out]`. */
export function runTrunk(weights: TensorWeights, path: string, trunk: TrunkSpec, rows: Matrix): Matrix {
  return afterFirst(weights, path, trunk, dense(weights, firstLayer(path, trunk), rows));
}
