// A choice given a context, see `CategoricalSpec`.

import { exp, log } from "./elementary.ts";
import { plainTrunk } from "./_plain_layers.ts";
import type { CategoricalSpec } from "./density_spec.ts";
import type { Weights } from "./weights.ts";

/** A choice, its context filled in. */
export interface Categorical {
  /** Log probability of a category, in nats; −∞ of what is none. */
  logDensity([y]: Float64Array): number;
  /** The category that a share in [0, 1) makes. */
  draw(share: number): Float64Array;
}

/** The choice as a function of c `[C]`. */
export function categorical(weights: Weights, spec: CategoricalSpec): (c: Float64Array) => Categorical {
  const trunk = plainTrunk(weights, "trunk", spec.trunk);
  return (c) => {
    const outputs = trunk(c);
    const top = outputs.reduce((a, b) => Math.max(a, b), -Infinity);
    const shares = outputs.map((output) => exp(output - top));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return {
      logDensity: ([y]) => (outputs[y!] ?? -Infinity) - top - log(total),
      draw: (share) => {
        let rest = share * total;
        const k = shares.findIndex((part) => (rest -= part) < 0);
        // Rounding may leave a little after the last.
        return Float64Array.of(k < 0 ? shares.length - 1 : k);
      },
    };
  };
}
