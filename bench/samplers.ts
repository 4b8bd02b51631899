/** How many effective draws a second do the samplers give? */

import { type Draws, independent, key, type LogDensity, multivariateNormal, normal, row } from "@likely/core";
import { essBulk } from "@likely/diagnostics";
import { sample } from "@likely/samplers";
import type { Row } from "./_measure.ts";

export const question =
  "Samplers: effective draws a second, four chains, the worst parameter, warm-up included";

const SAMPLERS = ["nuts", "hmc", "slice"] as const;

/** Bulk effective sample size over seconds, for each target and sampler. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const target of [correlatedNormal(10), eightSchools()]) {
    const start = independent(
      Object.fromEntries(Array.from({ length: target.dim }, (_, j) => [`p${j}`, normal(0, 1)])),
    );
    for (const sampler of SAMPLERS) {
      // The first run compiles.
      await sample(key(0), target, start, { sampler, warmup: 100, draws: 100 });
      const draws = await sample(key(1), target, start, { sampler });
      out.push({ what: `${target.name}, ${sampler}`, value: perSecond(draws), unit: "effective draws / s" });
    }
  }
  return out;
}

function perSecond(draws: Draws): number {
  return Math.min(...essBulk(draws)) / Number(draws.info.seconds);
}

function correlatedNormal(dim: number): LogDensity {
  const covariance = Array.from(
    { length: dim },
    (_, i) => Array.from({ length: dim }, (_, j) => 0.8 ** Math.abs(i - j)),
  );
  const prior = multivariateNormal(covariance.map((_, j) => `p${j}`), covariance.map(() => 0), covariance);
  return {
    name: `correlated normal, ${dim}-d`,
    dim,
    evaluate: (theta, { gradient = true } = {}) => {
      const value = prior.logDensity(theta);
      return gradient ? { value, grad: prior.score(theta).data } : { value };
    },
  };
}

const Y = [28, 8, -3, 7, -1, 1, 18, 12];
const SIGMA = [15, 10, 16, 11, 9, 11, 10, 18];

/** The non-centred form, with its gradient by hand: mu, log tau, then eta. */
function eightSchools(): LogDensity {
  return {
    name: "eight schools, non-centred",
    dim: 10,
    evaluate: (theta) => {
      const value = new Float64Array(theta.n);
      const grad = new Float64Array(theta.n * 10);
      for (let i = 0; i < theta.n; i++) value[i] = school(row(theta, i), grad.subarray(i * 10, (i + 1) * 10));
      return { value, grad };
    },
  };
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
