// A posterior by weighted proposals: no chain is needed where a t distribution is like enough.

import {
  constrain,
  expectedTheta,
  gatherRows,
  type LogDensity,
  type Points,
  points,
  type Posterior,
  posteriorDensity,
  type Prior,
  split,
  type Standardisation,
  type ThetaRegression,
  unconstrain,
  unconstrained,
} from "@likely/core";
import { adaptiveImportance } from "@likely/samplers/adaptive-importance";
import type { Proposal } from "@likely/samplers/importance";
import { studentT } from "@likely/samplers/student-t";

/** Wider than what the regression leaves: too wide costs a few draws, too narrow all. */
const WIDER = 1.2;

/** What is known of the observation and its parameters. */
export interface Proposing {
  readonly prior: Prior;
  readonly beta: number;
  /** Where parameters of such an observation were in training; without, the prior is where to look first. */
  readonly expected?: {
    readonly regression: ThetaRegression;
    readonly scaling: Standardisation;
    /** `[p]`. */
    readonly x: Float64Array;
  };
  /** What warns of draws, as of those of chains. */
  readonly warn?: (draws: Awaited<ReturnType<Posterior["sample"]>>) => readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * The posterior by adaptive importance; where its weights say that they cannot be trusted, what `chains` gives
 * from where the weight is.
 */
export function proposedPosterior(
  fit: LogDensity,
  { prior, beta, expected, warn, signal }: Proposing,
  chains: { readonly count: number; readonly from: (position: Points) => Posterior },
): Posterior {
  const target = posteriorDensity(prior, fit, { beta });
  const inside = unconstrained(target, prior.support);
  const start = expected
    ? studentT({
      names: prior.names,
      mean: expectedTheta(expected.regression, expected.x, expected.scaling),
      factor: Float64Array.from(expected.regression.factor.flat(), (value) => WIDER * value),
    })
    : unbounded(prior);
  return {
    sample: async (key, n) => {
      const [forProposals, forChains] = split(key, 2);
      const tried = await adaptiveImportance(forProposals, inside, start, {
        draws: n,
        ...(signal && { signal }),
      });
      const theta = constrain(prior.support, points(tried.values, prior.dim));
      // Resampled rows are in order, and evenly spaced ones as good a sample.
      const even = (n: number) =>
        gatherRows(theta, Array.from({ length: n }, (_, i) => Math.floor((i + 0.5) * tried.length / n)));
      if (tried.warnings.length > 0) {
        const drawn = await chains.from(even(chains.count)).sample(forChains, n);
        return { ...drawn, info: { ...drawn.info, kHat: tried.info.kHat! } };
      }
      const { sampler, target: _, ...info } = tried.info;
      const drawn = {
        names: prior.names,
        chains: 1,
        length: n,
        values: even(n).data,
        info: { sampler, target: target.name, ...info, rounds: tried.rounds },
        warnings: [],
      };
      return { ...drawn, warnings: warn?.(drawn) ?? [] };
    },
    logDensity: (theta) => target.evaluate(theta).value,
  };
}

/** The prior in unbounded coordinates. */
function unbounded({ names, support, dim, ...prior }: Prior): Proposal {
  const density = unconstrained(
    { name: "prior", dim, evaluate: (theta) => ({ value: prior.logDensity(theta) }) },
    support,
  );
  return {
    names,
    sample: (key, n) => unconstrain(support, prior.sample(key, n)),
    logDensity: (z) => density.evaluate(z, { gradient: false }).value,
  };
}
