/**
 * The randomness of a density estimator's draws: the same for every engine.
 *
 * @module
 */

import type { DensitySpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import { drawNormal } from "./draw_normal.ts";
import { type Key, split } from "./key.ts";
import { type Points, zeros } from "./points.ts";
import { stream } from "./stream.ts";

/** What is turned into draws. */
export interface BaseDraws {
  /** `[n, D]`: standard normals, the z of flows and of a mixture's components. */
  readonly normal: Points;
  /** `[n]`, in [0, 1): which component, for mixtures: the first whose cumulated share is beyond it. */
  readonly share?: Float64Array;
}

/**
 * Draws what a density estimator turns into draws of its target, row by row.
 *
 * @param key The key to consume.
 * @param spec The density.
 * @param n Rows.
 * @returns Fresh numbers.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { baseDraws, key } from "@likely/core";
 *
 * const spec = { kind: "maf", thetaDim: 2, xDim: 1, target: "theta", transforms: 1, hidden: [], activation: "tanh" } as const;
 * const { normal, share } = baseDraws(key(0), spec, 10);
 * assertEquals([normal.n, normal.dim, share], [10, 2, undefined]);
 * ```
 */
export function baseDraws(key: Key, spec: DensitySpec, n: number): BaseDraws {
  const [forNormals, forShares] = split(key, 2);
  const normal = zeros(n, densityWidths(spec).target);
  const random = stream(forNormals);
  for (let k = 0; k < normal.data.length; k++) normal.data[k] = drawNormal(random);
  if (spec.kind !== "mdn") return { normal };
  const shares = stream(forShares);
  return { normal, share: Float64Array.from({ length: n }, () => shares.uniform()) };
}
