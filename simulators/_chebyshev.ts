// A smooth function of one variable, from few of its values.

import { extent, type Interval } from "@likely/core";

const MOST = 128;
/** Of the largest coefficient: what is left out. */
const TOLERANCE = 1e-13;

/**
 * Interpolates at Chebyshev points, twice as many until the last coefficients are rounding.
 *
 * Source: Trefethen (2019), "Approximation Theory and Approximation Practice", chapters 3 and 19.
 *
 * @param at The function.
 * @param interval Where it is wanted.
 * @returns The interpolant, to about 13 digits of the largest value; undefined if 129 values are too few.
 */
export function chebyshev(
  at: (u: number) => number,
  { low, high }: Interval,
): ((u: number) => number) | undefined {
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  let values: number[] = [];
  for (let m = 16; m <= MOST; m *= 2) {
    // The points of before are every second one of these.
    values = Array.from(
      { length: m + 1 },
      (_, k) => k % 2 === 0 && m > 16 ? values[k / 2]! : at(middle + half * Math.cos(Math.PI * k / m)),
    );
    const coefficients = coefficientsOf(values);
    const [, largest] = extent(coefficients.map(Math.abs));
    const [, tail] = extent(coefficients.slice(-Math.ceil(m / 8)).map(Math.abs));
    if (tail <= TOLERANCE * largest) return (u) => clenshaw(coefficients, (u - middle) / half);
  }
  return undefined;
}

function coefficientsOf(values: readonly number[]): number[] {
  const m = values.length - 1;
  const isEnd = (k: number) => k === 0 || k === m;
  return values.map((_, j) => {
    const sum = values.reduce(
      (sum, value, k) => sum + value * Math.cos(Math.PI * j * k / m) / (isEnd(k) ? 2 : 1),
      0,
    );
    return sum * (isEnd(j) ? 1 : 2) / m;
  });
}

/** The sum of coefficients times Chebyshev polynomials. */
function clenshaw(coefficients: readonly number[], t: number): number {
  let [next, afterNext] = [0, 0];
  for (let j = coefficients.length - 1; j > 0; j--) {
    [next, afterNext] = [2 * t * next - afterNext + coefficients[j]!, next];
  }
  return t * next - afterNext + coefficients[0]!;
}
