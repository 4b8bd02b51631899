import { exp } from "@likely/core/elementary";
/**
 * The largest rise of β, at most `rest`, that leaves `enough` effective particles when weights
 * are multiplied by `L^rise`; to a thousandth, by bisection.
 */
export function nextRise(logLikelihood: Float64Array, rest: number, enough: number): number {
  // Particles of likelihood 0 are lost to any rise, however small.
  const alive = logLikelihood.reduce((sum, v) => sum + (v > -Infinity ? 1 : 0), 0);
  const top = logLikelihood.reduce((a, b) => Math.max(a, b), -Infinity);
  const least = Math.min(enough, 0.9 * alive);
  const isEnough = (rise: number) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < logLikelihood.length; i++) {
      const weight = exp(rise * (logLikelihood[i]! - top));
      sum += weight;
      squares += weight * weight;
    }
    return sum * sum >= least * squares;
  };
  if (alive === 0 || isEnough(rest)) return rest;
  let [low, high] = [0, rest];
  while (high - low > 1e-3 * high && high > Number.MIN_VALUE) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) low = middle;
    else high = middle;
  }
  return high;
}
