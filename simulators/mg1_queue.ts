/**
 * The M/G/1 queue: customers seen leaving, never arriving.
 *
 * @module
 */

import {
  drawExponential,
  drawUniform,
  independent,
  simulator,
  type Stream,
  type Task,
  uniform,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { logQueue, type Queue } from "./_queue_likelihood.ts";

const NAME = "mg1_queue";
const QUANTILES = 5;

/** Options of {@linkcode mg1Queue}. */
export interface Mg1QueueOptions {
  /**
   * How many customers leave.
   *
   * @default {50}
   */
  readonly customers?: number;
  /**
   * What x is: the times between departures in their order, or their five quartiles.
   *
   * @default {"times"}
   */
  readonly observe?: "times" | "quartiles";
}

/**
 * Builds the M/G/1 queue task: customers arrive as a Poisson process, are served one after the other for a
 * uniform time each, and only the times between departures are seen.
 *
 * With arrivals v, services s and departures x, `xᵢ = max(vᵢ, xᵢ₋₁) + sᵢ`. Parameters are the `shortest`
 * service, `U(0, 10)`; the `range` from there to the longest, `U(0, 10)`; and the `rate` of arrivals,
 * `U(0, 1/3)`. In the literature they are θ₁, θ₂ − θ₁ and θ₃.
 *
 * With `times`, `x` is the `customers` times between departures, and the likelihood is exact: given the
 * departures, each arrival has a last and perhaps a first allowed moment, and the chance that a Poisson
 * process respects them all is a sum of positive terms. The likelihood has edges: it is 0 where
 * `shortest` exceeds the least of the times, and jumps where the longest service passes one of them.
 * Hence there is no score: its mean would not be 0.
 *
 * With `quartiles`, the literature's choice, `x` is the least, the quartiles and the largest of them. Their
 * likelihood is not known.
 *
 * Source: Shestopaloff & Neal (2014), "On Bayesian inference for the M/G/1 queue with efficient MCMC
 * sampling", https://arxiv.org/abs/1401.5548, for the model and the allowed moments; Blum & François
 * (2010), "Non-linear regression models for approximate Bayesian computation", for the quartiles.
 *
 * @param options The number of customers and what is seen of them.
 * @returns The task; the likelihood of times is exact.
 * @throws {RangeError} If `customers` is not a whole number ≥ 1.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { mg1Queue } from "@likely/simulators";
 *
 * const { simulator } = mg1Queue();
 * const x = simulator.simulate(key(1), fromRows([[1, 4, 0.2]]));
 * assert(x.data.every((time) => time >= 1));
 * const [possible, impossible] = simulator.logLikelihood!(fromRows([[1, 4, 0.2], [5, 4, 0.2]]), fromRows([x.data, x.data]));
 * assert(possible! > impossible! && impossible === -Infinity);
 * ```
 */
export function mg1Queue(options: Mg1QueueOptions = {}): Task {
  const { customers = 50, observe = "times" } = options;
  requireInteger("build a queue", "customers", customers, 1);
  const times = (random: Stream, theta: Float64Array) => drawTimes(random, queue(theta), customers);
  const isTimes = observe === "times";
  return {
    name: NAME,
    prior: independent({ shortest: uniform(0, 10), range: uniform(0, 10), rate: uniform(0, 1 / 3) }),
    simulator: simulator({
      name: NAME,
      thetaDim: 3,
      xDim: isTimes ? customers : QUANTILES,
      simulate: isTimes ? times : (random, theta) => quartiles(times(random, theta)),
      ...(isTimes && { logLikelihood: (theta, x) => logQueue(queue(theta), x) }),
    }),
  };
}

function queue([shortest, range, rate]: Float64Array): Queue {
  return { low: shortest!, high: shortest! + range!, rate: rate! };
}

function drawTimes(random: Stream, { low, high, rate }: Queue, n: number): Float64Array {
  const out = new Float64Array(n);
  if (!(rate > 0 && low >= 0 && high >= low && high < Infinity)) return out.fill(NaN);
  let [arrival, departure] = [0, 0];
  for (let i = 0; i < n; i++) {
    arrival += drawExponential(random, rate);
    const idle = Math.max(arrival - departure, 0);
    out[i] = idle + drawUniform(random, low, high);
    departure += out[i]!;
  }
  return out;
}

/** The least, the quartiles by linear interpolation, and the largest. */
function quartiles(times: Float64Array): Float64Array {
  const sorted = times.toSorted();
  return Float64Array.from({ length: QUANTILES }, (_, q) => {
    const at = (sorted.length - 1) * q / (QUANTILES - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
  });
}
