// Euler's steps of dx = γ (μ − x) dt + σ dW: an autoregression of order one.

/** Where and how it moves. */
export interface Relaxation {
  readonly rate: number;
  readonly mean: number;
  readonly sd: number;
  readonly start: number;
}

/** Values after each of the steps that `noise` has a standard normal for. */
export function eulerPath(
  { rate, mean, sd, start }: Relaxation,
  dt: number,
  noise: Float64Array,
): Float64Array {
  const amplitude = sd * Math.sqrt(dt);
  let x = start;
  return noise.map((z) => x += rate * (mean - x) * dt + amplitude * z);
}

/** log density of `x`, the values after `at` steps, which rise: normal given the one before. */
export function eulerLogDensity(
  { rate, mean, sd, start }: Relaxation,
  dt: number,
  at: readonly number[],
  x: Float64Array,
): number {
  if (!(sd > 0)) return NaN;
  const kept = 1 - rate * dt;
  let [sum, step, last] = [0, 0, start];
  at.forEach((to, i) => {
    let [factor, variance] = [1, 0];
    for (; step < to; step++) {
      variance += sd * sd * dt * factor * factor;
      factor *= kept;
    }
    const error = x[i]! - mean - factor * (last - mean);
    sum -= (error * error / variance + Math.log(2 * Math.PI * variance)) / 2;
    last = x[i]!;
  });
  return sum;
}
