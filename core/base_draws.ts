/**
 * The randomness of a density estimator's draws: the same for every engine.
 *
 * @module
 */

import { requireInteger } from "./_require.ts";
import { requireKey } from "./_require_key.ts";
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
  /**
   * `[n]`, in [0, 1): which component, for mixtures, or which category: the first whose cumulated share is
   * beyond it.
   */
  readonly share?: Float64Array;
}

/**
 * Draws what a density estimator turns into draws of its target, row by row.
 *
 * @param key The key to consume; or several, one for each equal part of the rows.
 * @param spec The density.
 * @param n Rows, a multiple of the number of keys.
 * @returns Fresh numbers; those of a part follow from its key alone.
 * @throws {TypeError} If a key is none.
 * @throws {RangeError} If rows cannot be shared equally among keys.
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
export function baseDraws(key: Key | readonly Key[], spec: DensitySpec, n: number): BaseDraws {
  const keys = Array.isArray(key) ? key as readonly Key[] : [key as Key];
  keys.forEach((one) => requireKey("draw from a density", one));
  const each = n / keys.length;
  requireInteger("draw from a density", "rows for each key", each, 0);
  const { target } = densityWidths(spec);
  const normal = zeros(n, target);
  const share = spec.kind === "mdn" || spec.kind === "categorical" ? new Float64Array(n) : undefined;
  keys.forEach((one, part) => {
    const [forNormals, forShares] = split(one, 2);
    const random = stream(forNormals);
    fill(normal.data.subarray(part * each * target, (part + 1) * each * target), () => drawNormal(random));
    if (!share) return;
    const shares = stream(forShares);
    fill(share.subarray(part * each, (part + 1) * each), () => shares.uniform());
  });
  return { normal, ...(share && { share }) };
}

function fill(values: Float64Array, draw: () => number): void {
  for (let k = 0; k < values.length; k++) values[k] = draw();
}
