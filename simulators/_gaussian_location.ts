// What the two Gaussian linear tasks share: data around theta.

import { drawNormal, type Simulator, simulator } from "@likely/core";

/** Numbers in theta and in x. */
export const DIM = 10;
/** The variance of every number in x. */
export const VARIANCE = 0.1;

/** `x ~ N(theta, 0.1 I)`, with exact likelihood and score. */
export function gaussianLocation(name: string): Simulator {
  return simulator({
    name,
    thetaDim: DIM,
    xDim: DIM,
    simulate: (random, theta) => theta.map((mean) => drawNormal(random, mean, Math.sqrt(VARIANCE))),
    logLikelihood: (theta, x) => {
      const distance = theta.reduce((sum, mean, j) => sum + (x[j]! - mean) ** 2, 0);
      return -DIM / 2 * Math.log(2 * Math.PI * VARIANCE) - distance / (2 * VARIANCE);
    },
    score: (theta, x) => theta.map((mean, j) => (x[j]! - mean) / VARIANCE),
  });
}
