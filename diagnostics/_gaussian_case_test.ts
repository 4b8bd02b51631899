// A posterior with a closed form, and wrong ones: what every calibration test is tried on.
// θ ~ N(0, I₂), x = θ + N(0, I₂), so θ | x ~ N(x / 2, I₂ / 2).

import {
  type Dataset,
  drawNormal,
  foldIn,
  type Key,
  key,
  type Points,
  points,
  stream,
  zeros,
} from "@likely/core";
import { type CalibrationRun, calibrationRun, type PosteriorSampler } from "./calibration_run.ts";

/** How a posterior errs. */
export interface Error2d {
  /** Factor of its standard deviation. */
  readonly scale?: number;
  /** Added to the first mean, in posterior standard deviations. */
  readonly shift?: number;
  /** Correlation, where there should be none. */
  readonly rho?: number;
}

/** Named errors, none first. */
export const ERRORS = {
  "right": {},
  "too narrow": { scale: 0.7 },
  "too wide": { scale: 1.4 },
  "shifted": { shift: 0.5 },
} as const;

const SD = Math.SQRT1_2;

/** `n` pairs. */
export function pairs(n: number, failed = 0): Dataset {
  const [theta, x] = [zeros(n, 2), zeros(n, 2)];
  for (let i = 0; i < n; i++) {
    const random = stream(foldIn(key(77), i));
    for (let j = 0; j < 2; j++) theta.data[2 * i + j] = drawNormal(random);
    for (let j = 0; j < 2; j++) x.data[2 * i + j] = theta.data[2 * i + j]! + drawNormal(random);
  }
  return { theta, x, failed };
}

/** Draws from the posterior, as wrong as told. */
export function posterior({ scale = 1, shift = 0, rho = 0 }: Error2d = {}): PosteriorSampler {
  return (key: Key, x: Float64Array, n: number) => {
    const random = stream(key);
    const data = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      const a = drawNormal(random);
      const b = rho * a + Math.sqrt(1 - rho * rho) * drawNormal(random);
      data[2 * i] = x[0]! / 2 + SD * (shift + scale * a);
      data[2 * i + 1] = x[1]! / 2 + SD * scale * b;
    }
    return points(data, 2);
  };
}

/** The log density of {@linkcode posterior}, for errors of scale and shift. */
export function logPosterior({ scale = 1, shift = 0 }: Error2d = {}) {
  return ({ data, n }: Points, x: Float64Array): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => {
      const a = (data[2 * i]! - x[0]! / 2) / SD - shift;
      const b = (data[2 * i + 1]! - x[1]! / 2) / SD;
      return -(a * a + b * b) / (2 * scale * scale);
    });
}

/** A finished run. */
export function runOf(error: Error2d, n = 300): Promise<CalibrationRun> {
  return calibrationRun(key(5), pairs(n), posterior(error));
}
