/**
 * Standardisation that respects the symmetries of the network.
 *
 * @module
 */

import {
  type Dataset,
  longTails,
  measuringHead,
  type Points,
  type Scaling,
  type Spec,
  standardisation,
  type StandardisationOptions,
} from "@likely/core";

/** Options of {@linkcode scalingFor}. */
export interface ScalingOptions {
  /** How columns of θ are seen. */
  readonly theta?: StandardisationOptions;
  /**
   * Names columns of x that are seen in logarithms by their lower ends, of those that are treated each
   * by itself: given `[n, columns]`, one for each.
   */
  readonly logX?: (columns: Points) => readonly (number | null)[];
}

/**
 * Measures means and standard deviations of θ and x, column by column; where the embedding
 * treats groups of columns alike, they share them. Elements of a set keep being exchangeable
 * and cells of a grid keep being comparable. Columns of x with long tails are folded (see `longTails`),
 * unless the head measures x.
 *
 * @param spec The network.
 * @param data At least one row.
 * @param options How columns are seen.
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
export function scalingFor(spec: Spec, data: Dataset, options: ScalingOptions = {}): Scaling {
  const { theta, x } = data;
  const dim = repeat(spec);
  // Row-major, repeats one after another: the same numbers are rows of one repeat each.
  const rows = { data: x.data, n: x.data.length / dim, dim };
  const log = options.logX?.(rows) ?? new Array<null>(dim).fill(null);
  const folds = keepsUnits(spec) ? [] : longTails(rows);
  const shared = standardisation(rows, { log, fold: folds.map((fold, j) => log[j] === null ? fold : null) });
  const tile = <T>(values: readonly T[]) => Array.from({ length: x.dim }, (_, j) => values[j % dim]!);
  return {
    theta: standardisation(theta, options.theta),
    x: {
      mean: tile(shared.mean),
      std: tile(shared.std),
      ...(shared.log && { log: tile(shared.log) }),
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
