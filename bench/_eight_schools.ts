// Eight schools, non-centred, with its gradient by hand: mu, log tau, then eta.

import { independent, type LogDensity, normal, row } from "@likely/core";
import type { KnownTarget } from "../tests/_sampler_targets.ts";

const Y = [28, 8, -3, 7, -1, 1, 18, 12];
const SIGMA = [15, 10, 16, 11, 9, 11, 10, 18];

/** The target, and where chains start. */
export function eightSchools(): KnownTarget {
  const names = Array.from({ length: 10 }, (_, j) => [`p${j}`, normal(0, 1)]);
  const target: LogDensity = {
    name: "eight schools",
    dim: 10,
    evaluate: (theta) => {
      const value = new Float64Array(theta.n);
      const grad = new Float64Array(theta.n * 10);
      for (let i = 0; i < theta.n; i++) value[i] = school(row(theta, i), grad.subarray(i * 10, (i + 1) * 10));
      return { value, grad };
    },
  };
  return { target, start: independent(Object.fromEntries(names)), expectations: [], beyond: {} };
}

function school(p: Float64Array, grad: Float64Array): number {
  const [mu, logTau] = [p[0]!, p[1]!];
  const tau = Math.exp(logTau);
  const square = (tau / 5) ** 2;
  let value = -0.5 * (mu / 5) ** 2 - Math.log1p(square) + logTau;
  grad[0] = -mu / 25;
  grad[1] = 1 - 2 * square / (1 + square);
  for (let j = 0; j < 8; j++) {
    const eta = p[2 + j]!;
    const pull = (Y[j]! - mu - tau * eta) / SIGMA[j]! ** 2;
    value -= 0.5 * (eta * eta + pull * pull * SIGMA[j]! ** 2);
    grad[0] += pull;
    grad[1] += pull * tau * eta;
    grad[2 + j] = pull * tau - eta;
  }
  return value;
}
