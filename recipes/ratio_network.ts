/**
 * The network of a likelihood ratio, unless one is asked for.
 *
 * @module
 */

import type { EmbeddingSpec, NetworkSpec, TrunkSpec } from "@likely/core";

/** The parts that a user may choose. */
export interface RatioNetworkOptions {
  /** What sees x first. */
  readonly embedding?: EmbeddingSpec;
  /** What sees θ, and x or its embedding. */
  readonly trunk?: TrunkSpec;
}

/** From so many numbers on, x is embedded … */
const MANY = 32;
/** … if there are so many for each parameter. */
const EACH = 8;

/**
 * Completes a network: an MLP 128-128-128 on θ and x; or, where x has 32 numbers and more, at least 8 a
 * parameter, and neither part was chosen, x through 256 to 16, joined by θ, and 128-128.
 *
 * What is to be learned of many numbers is mostly sums over them, which one wide layer makes; θ
 * joining late leaves less to learn by heart, and makes scores and sampling cheaper. On seven tasks
 * with x of 36 to 336 numbers the ratio became better in 27 of 28 trainings; with 4 numbers a parameter
 * it did not (`bench/README.md`). A trunk alone takes x as it is.
 *
 * @param dims Numbers in a row of θ and of x.
 * @param chosen What the user chose.
 * @returns The embedding, if any, and the trunk.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ratioNetwork } from "@likely/sbi";
 *
 * assertEquals(ratioNetwork({ thetaDim: 2, xDim: 10 }).embedding, undefined);
 * assertEquals(ratioNetwork({ thetaDim: 2, xDim: 80 }).embedding?.kind, "dense");
 * const trunk = { kind: "mlp", hidden: [64], activation: "silu" } as const;
 * assertEquals(ratioNetwork({ thetaDim: 2, xDim: 80 }, { trunk }), { trunk });
 * ```
 */
export function ratioNetwork(
  { thetaDim, xDim }: Pick<NetworkSpec, "thetaDim" | "xDim">,
  chosen: RatioNetworkOptions = {},
): Pick<NetworkSpec, "embedding" | "trunk"> {
  const { embedding, trunk } = chosen;
  if (embedding) return { embedding, trunk: trunk ?? AFTER };
  if (trunk) return { trunk };
  if (xDim < Math.max(MANY, EACH * thetaDim)) return { trunk: WHOLE };
  return { embedding: wideEmbedding(), trunk: AFTER };
}

const WHOLE: TrunkSpec = { kind: "mlp", hidden: [128, 128, 128], activation: "silu" };
const AFTER: TrunkSpec = { kind: "mlp", hidden: [128, 128], activation: "silu" };

/**
 * The embedding of many numbers: wide and shallow, through 256 to 16.
 *
 * @returns Its spec.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wideEmbedding } from "@likely/sbi";
 *
 * assertEquals(wideEmbedding().out, 16);
 * ```
 */
export function wideEmbedding(): EmbeddingSpec {
  return { kind: "dense", hidden: [256], out: 16, activation: "silu" };
}
