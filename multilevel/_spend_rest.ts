// What rounding down leaves of a budget, spent sample by sample where it lowers the variance most.

/** Steps beyond which the rest goes to one level: costs a millionfold apart would take for ever. */
const MOST_STEPS = 10_000;

/** Adds samples to counts until none can be paid. */
export function spendRest(
  { variances, costs }: { readonly variances: readonly number[]; readonly costs: readonly number[] },
  counts: readonly number[],
  budget: number,
): number[] {
  const out = counts.slice();
  let rest = budget - costs.reduce((sum, cost, l) => sum + cost * out[l]!, 0);
  for (let step = 0;; step++) {
    const best = bestOf(variances, costs, out, rest);
    if (best < 0) return out;
    const n = step < MOST_STEPS ? 1 : Math.floor(rest / costs[best]!);
    out[best]! += n;
    rest -= n * costs[best]!;
  }
}

/** The level where one sample lowers Σ V / N most for its cost, among those that can be paid; −1 if none. */
function bestOf(
  variances: readonly number[],
  costs: readonly number[],
  counts: readonly number[],
  rest: number,
): number {
  let [best, most] = [-1, 0];
  for (let l = 0; l < costs.length; l++) {
    const worth = variances[l]! / (counts[l]! * (counts[l]! + 1) * costs[l]!);
    if (costs[l]! <= rest && worth > most) [best, most] = [l, worth];
  }
  return best;
}
