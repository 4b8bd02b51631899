// Four numbers by octiles: place, scale, skewness and weight of the tails.

/** Numbers that {@linkcode octileStatistics} returns. */
export const OCTILE_STATISTICS = 4;

/** Of draws in any order, `[n]`; sorts them in place. Quantiles are interpolated linearly. */
export function octileStatistics(draws: Float64Array): Float64Array {
  draws.sort();
  const e = (k: number) => {
    const at = (draws.length - 1) * k / 8;
    const node = Math.floor(at);
    const left = draws[node]!;
    return node + 1 < draws.length ? left + (at - node) * (draws[node + 1]! - left) : left;
  };
  const scale = e(6) - e(2);
  return Float64Array.of(
    e(4),
    scale,
    (e(6) + e(2) - 2 * e(4)) / scale,
    (e(7) - e(5) + e(3) - e(1)) / scale,
  );
}
