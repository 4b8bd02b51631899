// A posterior by weighted proposals: no chain is needed where the surrogate knows where to look.

import {
  constrain,
  drawGamma,
  drawNormal,
  expectedTheta,
  foldIn,
  gatherRows,
  type Key,
  type LogDensity,
  type Points,
  points,
  type Posterior,
  posteriorDensity,
  type Prior,
  row,
  split,
  type Standardisation,
  stream,
  type ThetaRegression,
  unconstrained,
  zeros,
} from "@likely/core";
import { multiplyLower, solveLower } from "@likely/core/cholesky";
import { log, log1p } from "@likely/core/elementary";
import { importance, type Proposal } from "@likely/samplers/importance";

/** Degrees of freedom of the proposal: tails that a posterior of any kind is lighter than. */
const DEGREES = 5;
/** Wider than what the regression leaves: too wide costs a few draws, too narrow all. */
const WIDER = 1.2;
/** Proposals: so many at least, and for each draw that is wanted. */
const FEWEST = 1000;
const EACH = 4;
const MOST = 20_000;

/** What is known of the observation and its parameters. */
export interface Proposing {
  readonly prior: Prior;
  readonly regression: ThetaRegression;
  readonly scaling: Standardisation;
  /** `[p]`. */
  readonly x: Float64Array;
  readonly beta: number;
}

/**
 * The posterior by importance resampling from a t distribution around what the regression expects; where
 * the shape of the weights says that this misses too much, what `chains` gives from where the weight is.
 */
export function proposedPosterior(
  fit: LogDensity,
  { prior, regression, scaling, x, beta }: Proposing,
  chains: { readonly count: number; readonly from: (position: Points) => Posterior },
): Posterior {
  const target = posteriorDensity(prior, fit, { beta });
  const inside = unconstrained(target, prior.support);
  const around = studentT(prior.names, expectedTheta(regression, x, scaling), regression.factor);
  return {
    sample: async (key, n) => {
      const [forProposals, forChains] = split(key, 2);
      const tried = importance(forProposals, inside, around, {
        draws: Math.max(FEWEST, n, Math.min(MOST, EACH * n)),
      });
      const { values } = tried;
      const dim = prior.dim;
      const theta = constrain(prior.support, points(values, dim));
      // Resampled rows are in order, and evenly spaced ones as good a sample.
      const even = (n: number) =>
        gatherRows(theta, Array.from({ length: n }, (_, i) => Math.floor((i + 0.5) * tried.length / n)));
      if (tried.warnings.length > 0) {
        const drawn = await chains.from(even(chains.count)).sample(forChains, n);
        return { ...drawn, info: { ...drawn.info, kHat: tried.info.kHat! } };
      }
      const { sampler, target: _, ...info } = tried.info;
      return {
        names: prior.names,
        chains: 1,
        length: n,
        values: even(n).data,
        info: { sampler, target: target.name, ...info },
        warnings: [],
      };
    },
    logDensity: (theta) => target.evaluate(theta).value,
  };
}

/** A multivariate t distribution, of unconstrained θ. */
function studentT(
  names: readonly string[],
  mean: Float64Array,
  rows: readonly (readonly number[])[],
): Proposal {
  const d = mean.length;
  const factor = Float64Array.from(rows.flat(), (value) => WIDER * value);
  let logScale = 0;
  for (let j = 0; j < d; j++) logScale += log(factor[j * d + j]!);
  return {
    names,
    sample: (key: Key, n: number) => {
      const out = zeros(n, d);
      for (let i = 0; i < n; i++) {
        const random = stream(foldIn(key, i));
        const to = row(out, i);
        const stretch = Math.sqrt(DEGREES / (2 * drawGamma(random, DEGREES / 2)));
        for (let j = 0; j < d; j++) to[j] = stretch * drawNormal(random);
        multiplyLower(factor, to);
        for (let j = 0; j < d; j++) to[j]! += mean[j]!;
      }
      return out;
    },
    // Up to a constant, which weights do not see.
    logDensity: (z) =>
      Float64Array.from({ length: z.n }, (_, i) => {
        const from = row(z, i).map((value, j) => value - mean[j]!);
        solveLower(factor, from);
        return -(DEGREES + d) / 2 * log1p(from.reduce((sum, value) => sum + value * value, 0) / DEGREES) -
          logScale;
      }),
  };
}
