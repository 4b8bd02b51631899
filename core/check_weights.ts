/**
 * Checks that weights are those of a spec: they come from files too.
 *
 * @module
 */

import type { Spec } from "./spec.ts";
import { weightMasks } from "./weight_masks.ts";
import { type Weights, weightShapes } from "./weights.ts";

/**
 * Requires exactly the weights that a spec has, each of its shape and length, and 0 where it is masked.
 *
 * Whether the numbers are finite is not looked at.
 *
 * @param spec The network; trusted, see {@linkcode checkSpec}.
 * @param weights Its weights.
 * @throws {TypeError} If one is missing, unknown or of another shape.
 * @throws {RangeError} If a number is not 0 that its mask says is, see {@linkcode weightMasks}.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkWeights, type NetworkSpec } from "@likely/core";
 *
 * const spec: NetworkSpec = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 1,
 *   trunk: { kind: "mlp", hidden: [], activation: "silu" },
 *   head: { kind: "linear" },
 * };
 * assertThrows(() => checkWeights(spec, {}), TypeError, "trunk/out/weight");
 * ```
 */
export function checkWeights(spec: Spec, weights: Weights): void {
  const shapes = weightShapes(spec);
  for (const [name, shape] of Object.entries(shapes)) {
    const weight = Object.hasOwn(weights, name) ? weights[name]! : undefined;
    const isRight = weight?.shape.length === shape.length && shape.every((size, i) =>
      weight.shape[i] === size
    ) &&
      weight.data.length === shape.reduce((product, size) => product * size, 1);
    if (isRight) continue;
    throw new TypeError(
      `Cannot use weights as "${name}" must have shape [${shape}]: current value is [${
        weight?.shape ?? "none"
      }]`,
    );
  }
  const unknown = Object.keys(weights).find((name) => !Object.hasOwn(shapes, name));
  if (unknown !== undefined) {
    throw new TypeError(`Cannot use weights as the spec must know every name: current value is "${unknown}"`);
  }
  requireMasked(spec, weights);
}

function requireMasked(spec: Spec, weights: Weights): void {
  for (const [name, mask] of Object.entries(weightMasks(spec))) {
    const { data } = weights[name]!;
    const i = data.findIndex((value, k) => mask[k] === 0 && value !== 0);
    if (i < 0) continue;
    throw new RangeError(
      `Cannot use weights as "${name}" must be 0 where it is masked: number ${i} is ${data[i]}`,
    );
  }
}
