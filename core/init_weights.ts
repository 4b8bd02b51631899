/**
 * Where training starts.
 *
 * @module
 */

import { byParts } from "./_parts.ts";
import { checkSpec } from "./check_spec.ts";
import { foldIn, type Key } from "./key.ts";
import { measuringHead } from "./measuring_head.ts";
import type { Spec } from "./spec.ts";
import { stream } from "./stream.ts";
import { weightMasks } from "./weight_masks.ts";
import { type Weights, weightShapes } from "./weights.ts";

/**
 * The second layer of a residual block starts this small: blocks start near the identity.
 * So does the last layer beside a skip: such networks start nearly linear.
 */
const NEAR_ZERO = 1e-3;

/**
 * A layer on ±1/√(fan in) passes on a third of what it sees, and eight of them nothing but their
 * biases: training then waits for thousands of steps. This keeps enough of it.
 */
const DEEP = { weight: 2, bias: 0 };

/**
 * Draws starting weights: weights and biases uniform on ±1/√(fan in), and the second layer of
 * every residual block on ±0.001, so that a deep trunk starts as a shallow one. Under a quadratic
 * or an absolute head the last layer's weight starts as small: the centre starts linear in θ.
 * Networks that see x through convolutions are deep: all their weights start on ±2/√(fan in),
 * their biases at zero.
 *
 * Flows start close to the identity: the last layers' weights and those past the hidden layers start
 * on ±0.001, the last layers' biases at zero. Mixtures likewise, except for those biases, which are
 * ±1/√(fan in) as usual, and tell the components apart. What is masked is zero.
 *
 * Weight number k depends on the key and k alone.
 *
 * Source: the defaults of PyTorch's `nn.Linear` and of the residual networks of `nflows`,
 * which the published settings of our field rest on. That deep networks need weights by which
 * signals keep their size is He et al. (2015), https://arxiv.org/abs/1502.01852; the factor 2 is
 * ours.
 *
 * @param key The key to consume.
 * @param spec The network.
 * @returns Fresh weights.
 * @throws {TypeError | RangeError} If the spec is not legal, see {@linkcode checkSpec}.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { initWeights, key } from "@likely/core";
 *
 * const weights = initWeights(key(0), {
 *   kind: "network",
 *   thetaDim: 2,
 *   xDim: 2,
 *   trunk: { kind: "mlp", hidden: [10], activation: "silu" },
 *   head: { kind: "linear" },
 * });
 * assert(weights["trunk/0/weight"]!.data.every((w) => Math.abs(w) <= 0.5));
 * ```
 */
export function initWeights(key: Key, spec: Spec): Weights {
  checkSpec(spec);
  if (spec.kind === "mixed") {
    let part = 0;
    return byParts(spec, (spec) => initWeights(foldIn(key, part++), spec));
  }
  const shapes = weightShapes(spec);
  const masks = weightMasks(spec);
  const nearZero = smallOnes(spec);
  const usual = spec.embedding?.kind === "conv" ? DEEP : { weight: 1, bias: 1 };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => {
      const size = name.endsWith("bias") ? /^transform\d+\/out/.test(name) ? 0 : usual.bias : usual.weight;
      const bound = nearZero.test(name) ? NEAR_ZERO : size / Math.sqrt(fanIn(shapes, name));
      const random = stream(foldIn(key, k));
      const length = shape.reduce((product, size) => product * size, 1);
      const mask = masks[name];
      const data = Float32Array.from({ length }, (_, i) => {
        const drawn = bound * (2 * random.uniform() - 1);
        return mask?.[i] === 0 ? 0 : drawn;
      });
      return [name, { shape, data }];
    }),
  );
}

/** Names of the weights that start near zero. */
function smallOnes(spec: Spec): RegExp {
  if (spec.kind !== "network") return /block\d+\/1\/|^(trunk|transform\d+)\/out\/weight|skip\/weight/;
  return measuringHead(spec.head) ? /block\d+\/1\/|trunk\/out\/weight/ : /block\d+\/1\//;
}

/** Numbers that one output sums over; a bias has its weight's. */
function fanIn(shapes: Readonly<Record<string, readonly number[]>>, name: string): number {
  const shape = shapes[name.replace(/bias$/, "weight")]!;
  return shape.slice(0, -1).reduce((product, size) => product * size, 1);
}
