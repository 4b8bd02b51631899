import { exp } from "@likely/core/elementary";
import { type Key, type Points, row, split, stream, zeros } from "@likely/core";

/** Which chains take their proposal. */
export interface Accepted {
  /** Row c of `proposed` where chain c accepted, else of `current`. */
  pick(current: Points, proposed: Points): Points;
  /** The same for one number a chain. */
  pickValues(current: Float64Array, proposed: Float64Array): Float64Array;
}

/** The Metropolis rule: chain c accepts with probability `min(1, exp(logRatio[c]))`. */
export function acceptRows(
  key: Key,
  logRatio: Float64Array,
): { readonly accepted: Accepted; readonly acceptance: number } {
  // A NaN ratio is a rejection: the proposal has no density to speak of.
  const probability = logRatio.map((r) => Number.isNaN(r) ? 0 : Math.min(1, exp(r)));
  const takes = split(key, logRatio.length).map((child, c) => stream(child).uniform() < probability[c]!);
  return {
    acceptance: probability.reduce((sum, p) => sum + p, 0) / probability.length,
    accepted: {
      pick: (current, proposed) => {
        const out = zeros(current.n, current.dim);
        takes.forEach((take, c) => row(out, c).set(row(take ? proposed : current, c)));
        return out;
      },
      pickValues: (current, proposed) => current.map((value, c) => takes[c] ? proposed[c]! : value),
    },
  };
}
