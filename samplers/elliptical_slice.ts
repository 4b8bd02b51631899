/**
 * Elliptical slice sampling for Gaussian priors, all chains in one call.
 *
 * @module
 */

import { cos, log, sin } from "@likely/core/elementary";
import {
  type Kernel,
  type KernelState,
  type Key,
  type LogDensity,
  type Points,
  type Prior,
  priorSpec,
  row,
  split,
  stream,
  zeros,
} from "@likely/core";
import { sound } from "./_sound.ts";
import { evaluateStart } from "./_start.ts";

/** What {@linkcode ellipticalSlice} carries from step to step. */
export interface EllipticalSliceState extends KernelState {
  /** `[chains]`, in nats; `logDensity` is this plus the prior's. */
  readonly logLikelihood: Float64Array;
}

// The bracket shrinks by a third or so each time: far below rounding error after this many.
const MAX_SHRINKS = 200;

/**
 * Builds an elliptical slice sampler: from θ and a fresh draw ν of the Gaussian prior, moves to
 * `m + (θ − m) cos φ + (ν − m) sin φ`, the angle φ found by shrinking a bracket of the whole
 * ellipse until the likelihood is above a random height. There is nothing to tune and nothing
 * is rejected.
 *
 * It moves in θ itself: a Gaussian has no bounds. A step costs as many calls as its slowest
 * chain shrinks.
 *
 * Source: Murray, Adams & MacKay (2010), https://arxiv.org/abs/1001.0175
 *
 * @param prior A Gaussian: `multivariateNormal`, or `independent` of `normal`s.
 * @param logLikelihood Values alone are used, NaN counts as −∞.
 * @returns The kernel. `acceptance` is the share of chains that found a point.
 * @throws {TypeError} If the prior is not Gaussian, or has another width than the likelihood.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, independent, key, normal, numericDensity } from "@likely/core";
 * import { ellipticalSlice } from "@likely/samplers";
 *
 * const likelihood = numericDensity("datum", 1, ([t]) => -0.5 * (t! - 2) ** 2);
 * const kernel = ellipticalSlice(independent({ t: normal(0, 1) }), likelihood);
 * const [, info] = kernel.step(key(1), kernel.init(key(0), fromRows([[0], [1]])));
 * assertEquals(info.acceptance, 1);
 * ```
 */
export function ellipticalSlice(prior: Prior, logLikelihood: LogDensity): Kernel<EllipticalSliceState> {
  const mean = gaussianMean(prior);
  if (prior.dim !== logLikelihood.dim) {
    throw new TypeError(
      `Cannot build an elliptical slice sampler as prior must have width ${logLikelihood.dim}: ` +
        `current value is ${prior.dim}`,
    );
  }
  const likelihood = sound(logLikelihood);
  return {
    name: "elliptical_slice",
    init: (_key, position) => {
      const { value } = evaluateStart("elliptical_slice", likelihood, position, { gradient: false });
      return stateAt(prior, position, value);
    },
    step: (key, state) => {
      const [forEllipse, forAngles] = split(key, 2);
      const other = prior.sample(forEllipse, state.position.n);
      const ellipse = { mean, from: state.position, other };
      const { position, value, calls, stuck } = turn(forAngles, likelihood, ellipse, state.logLikelihood);
      const acceptance = 1 - stuck / position.n;
      return [stateAt(prior, position, value), { acceptance, evaluations: calls, divergences: 0 }];
    },
  };
}

function stateAt(prior: Prior, position: Points, logLikelihood: Float64Array): EllipticalSliceState {
  const logDensity = prior.logDensity(position).map((v, c) => v + logLikelihood[c]!);
  return { position, logDensity, logLikelihood };
}

interface Ellipse {
  readonly mean: Float64Array;
  readonly from: Points;
  readonly other: Points;
}

/** Finds every chain's angle; chains that found theirs wait. */
function turn(key: Key, target: LogDensity, ellipse: Ellipse, start: Float64Array) {
  const { n, dim } = ellipse.from;
  const position = { ...ellipse.from, data: ellipse.from.data.slice() };
  const value = start.slice();
  const arcs = split(key, n).map((child, c) => {
    const random = stream(child);
    const height = start[c]! + log(1 - random.uniform());
    const angle = 2 * Math.PI * random.uniform();
    return { random, height, angle, low: angle - 2 * Math.PI, high: angle };
  });
  let chains = Array.from(arcs.keys());
  let calls = 0;
  for (; chains.length > 0 && calls < MAX_SHRINKS; calls++) {
    const points = zeros(chains.length, dim);
    chains.forEach((c, i) => writePoint(row(points, i), ellipse, c, arcs[c]!.angle));
    const found = target.evaluate(points, { gradient: false, chains }).value;
    chains = chains.filter((c, i) => {
      const arc = arcs[c]!;
      // NaN compares false: it is below.
      if (found[i]! > arc.height) {
        row(position, c).set(row(points, i));
        value[c] = found[i]!;
        return false;
      }
      if (arc.angle < 0) arc.low = arc.angle;
      else arc.high = arc.angle;
      arc.angle = arc.low + arc.random.uniform() * (arc.high - arc.low);
      return true;
    });
  }
  return { position, value, calls, stuck: chains.length };
}

function writePoint(out: Float64Array, { mean, from, other }: Ellipse, c: number, angle: number): void {
  const [along, across] = [cos(angle), sin(angle)];
  const [a, b] = [row(from, c), row(other, c)];
  mean.forEach((m, j) => out[j] = m + (a[j]! - m) * along + (b[j]! - m) * across);
}

function gaussianMean(prior: Prior): Float64Array {
  const spec = priorSpec(prior);
  if (spec.kind === "multivariate_normal") return Float64Array.from(spec.mean);
  if (spec.kind === "custom") {
    throw new TypeError(
      `Cannot build an elliptical slice sampler as prior must be Gaussian: current value is "${spec.name}"`,
    );
  }
  return Float64Array.from(spec.parameters, ({ name, marginal }) => {
    if (marginal.kind === "normal") return marginal.mean;
    throw new TypeError(
      `Cannot build an elliptical slice sampler as prior must be Gaussian: ` +
        `current marginal of "${name}" is "${marginal.kind}"`,
    );
  });
}
