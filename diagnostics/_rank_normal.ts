import { normalQuantile } from "@likely/core";
import { type Chains, pool } from "./_chains.ts";

/**
 * Replaces draws by normal scores of their ranks among all chains' draws,
 * `Φ⁻¹((rank − 3/8) / (S + 1/4))`, ties sharing their mean rank: makes statistics of variance
 * meaningful for heavy tails (Vehtari et al. 2021, eq. 14).
 */
export function rankNormal(chains: Chains): Chains {
  const ranks = ranksOf(pool(chains));
  const length = chains[0]!.length;
  return chains.map((_, c) =>
    ranks.slice(c * length, (c + 1) * length).map((rank) =>
      normalQuantile((rank - 0.375) / (ranks.length + 0.25))
    )
  );
}

/** Ranks from 1, ties averaged. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  let last = 0;
  for (let first = 0; first < order.length; first = last) {
    while (last < order.length && values[order[last]!] === values[order[first]!]) last++;
    for (let i = first; i < last; i++) ranks[order[i]!] = (first + last + 1) / 2;
  }
  return ranks;
}
