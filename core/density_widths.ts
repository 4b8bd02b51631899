/**
 * Sizes that follow from a density estimator's sides.
 *
 * @module
 */

import type { DensitySides } from "./density_spec.ts";

/** What {@linkcode densityWidths} tells. */
export interface DensityWidths {
  /** D, numbers in a row of the target. */
  readonly target: number;
  /** Numbers in a row of the condition. */
  readonly condition: number;
  /** C, numbers that the networks see of it: those of its embedding, if there is one. */
  readonly context: number;
}

/**
 * Tells how wide target and condition are.
 *
 * @param spec A density estimator.
 * @returns Widths.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { densityWidths } from "@likely/core";
 *
 * const widths = densityWidths({ thetaDim: 2, xDim: 5, target: "x" });
 * assertEquals(widths, { target: 5, condition: 2, context: 2 });
 * ```
 */
export function densityWidths(spec: DensitySides): DensityWidths {
  const { thetaDim, xDim, target, embedding } = spec;
  const [own, other] = target === "theta" ? [thetaDim, xDim] : [xDim, thetaDim];
  return { target: own, condition: other, context: embedding?.out ?? other };
}
