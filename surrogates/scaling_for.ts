/**
 * Standardisation that respects the symmetries of the network.
 *
 * @module
 */

import {
  type Dataset,
  longTails,
  measuringHead,
  type Scaling,
  type Spec,
  standardisation,
  type StandardisationOptions,
} from "@likely/core";

/**
 * Measures means and standard deviations of θ and x, column by column; where the embedding
 * treats groups of columns alike, they share them. Elements of a set keep being exchangeable
 * and cells of a grid keep being comparable. Columns of x with long tails are folded (see `longTails`),
 * unless the head measures x.
 *
 * @param spec The network.
 * @param data At least one row.
 * @param ofTheta Which columns of θ are seen on the log scale.
 * @returns Standardisation of both sides.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows } from "@likely/core";
 * import { scalingFor } from "@likely/surrogates";
 *
 * const { x } = scalingFor({
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 2,
 *   embedding: { kind: "set", element: 1, each: [4], pool: "mean", hidden: [], out: 2, activation: "relu" },
 *   trunk: { kind: "mlp", hidden: [8], activation: "relu" },
 *   head: { kind: "linear" },
 * }, { theta: fromRows([[0], [1]]), x: fromRows([[1, 3], [3, 1]]), failed: 0 });
 * assertEquals(x.mean, [2, 2]);
 * ```
 */
export function scalingFor(spec: Spec, data: Dataset, ofTheta: StandardisationOptions = {}): Scaling {
  const { theta, x } = data;
  const dim = repeat(spec);
  // Row-major, repeats one after another: the same numbers are rows of one repeat each.
  const rows = { data: x.data, n: x.data.length / dim, dim };
  const shared = standardisation(rows, keepsUnits(spec) ? {} : { fold: longTails(rows) });
  const tile = <T>(values: readonly T[]) => Array.from({ length: x.dim }, (_, j) => values[j % dim]!);
  return {
    theta: standardisation(theta, ofTheta),
    x: {
      mean: tile(shared.mean),
      std: tile(shared.std),
      ...(shared.fold && { fold: tile(shared.fold) }),
    },
  };
}

/** A head that measures x measures it in its own units; a density of x is one of x as it is. */
function keepsUnits(spec: Spec): boolean {
  return spec.kind === "network" ? measuringHead(spec.head) !== undefined : spec.target === "x";
}

/** Columns j and j + repeat are treated alike by the network. */
function repeat(spec: Spec): number {
  const { embedding, xDim } = spec;
  // What embeds θ treats no columns of x alike.
  if (spec.kind !== "network" && spec.target === "x") return xDim;
  if (spec.kind === "network" && spec.head.kind === "quadratic" && spec.head.features) {
    return spec.head.features.element;
  }
  if (embedding?.kind === "set") return embedding.element;
  if (embedding?.kind === "conv") return embedding.channels;
  return xDim;
}
