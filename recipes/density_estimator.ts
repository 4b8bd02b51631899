/**
 * Which density estimator, where none is chosen.
 *
 * @module
 */

import {
  type DenseEmbedding,
  type DensitySides,
  type DensitySpec,
  densityWidths,
  type MafSpec,
  type MdnSpec,
  type NsfSpec,
} from "@likely/core";
import { ratioNetwork } from "./ratio_network.ts";

/** A density estimator without its sides: a mixture, a masked flow or one of splines. */
export type EstimatorSpec =
  | Omit<MdnSpec, keyof DensitySides>
  | Omit<MafSpec, keyof DensitySides>
  | Omit<NsfSpec, keyof DensitySides>;

/** Options of {@linkcode densityEstimator}. */
export interface DensityEstimatorOptions {
  /**
   * Whether every number of the target ends at both sides.
   *
   * @default {false}
   */
  readonly walls?: boolean;
}

/** Beyond, a flow of splines needs many transforms for all coordinates to meet. */
const FEW = 5;
/** Where all coordinates end at both sides they are worth that. */
const FEW_BETWEEN_WALLS = 10;
/** Transforms of splines where fewer would do for that. */
const SHAPELY = 4;

/**
 * Chooses a density estimator by the width of its target: splines for up to five numbers, which bend
 * to any shape, masked transforms for more. Where every number of a target ends at both sides, as under a
 * uniform prior, splines are for up to ten: affine transforms do not cut a density at a wall. Where x is the condition and wide, it is embedded, as
 * {@linkcode ratioNetwork} does; else splines see their condition through three layers that all of
 * them share, and masked transforms, which are linear in it to begin with, as it is.
 *
 * @param sides What is the density of what, and how the condition is embedded.
 * @param estimator The estimator, where it is chosen; nothing is then embedded unasked.
 * @param options What else is known of the target.
 * @returns The whole spec.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { densityEstimator } from "@likely/sbi";
 *
 * assertEquals(densityEstimator({ thetaDim: 2, xDim: 10, target: "theta" }).kind, "nsf");
 * assertEquals(densityEstimator({ thetaDim: 2, xDim: 10, target: "x" }).kind, "maf");
 * ```
 */
export function densityEstimator(
  sides: DensitySides,
  estimator?: EstimatorSpec,
  { walls = false }: DensityEstimatorOptions = {},
): DensitySpec {
  const { target } = densityWidths(sides);
  if (estimator) return { ...estimator, ...sides };
  const isSplines = target <= (walls ? FEW_BETWEEN_WALLS : FEW);
  const { embedding = isSplines ? SHARED : undefined } = sides.target === "theta" ? ratioNetwork(sides) : {};
  return { ...(isSplines ? splines(target) : MASKED), ...(embedding && { embedding }), ...sides };
}

/** As many transforms as it takes any two coordinates to meet, see `couplingSplit`. */
function splines(target: number): EstimatorSpec {
  return { ...SPLINES, transforms: Math.max(SHAPELY, 2 * Math.ceil(Math.log2(target))) };
}

const SPLINES: Omit<NsfSpec, keyof DensitySides | "transforms"> = {
  kind: "nsf",
  bins: 8,
  span: 4,
  trunk: { kind: "mlp", hidden: [48, 48], activation: "silu" },
};
const SHARED: DenseEmbedding = { kind: "dense", hidden: [64, 64, 64], out: 16, activation: "silu" };
// With one hidden layer a masked transform cannot multiply what it conditions on; with two it can.
const MASKED: EstimatorSpec = { kind: "maf", transforms: 3, hidden: [50, 50], activation: "silu" };
