// Draws of a posterior by weighted proposals: no chain is needed where a t distribution is like enough.

import {
  constrain,
  type Draws,
  expectedTheta,
  gatherRows,
  type Key,
  type LogDensity,
  type Points,
  points,
  type Prior,
  type Standardisation,
  type Support,
  type ThetaRegression,
  unconstrain,
  unconstrained,
} from "@likely/core";
import { adaptiveImportance } from "@likely/samplers/adaptive-importance";
import type { Proposal } from "@likely/samplers/importance";
import { studentT } from "@likely/samplers/student-t";

/** Wider than what the regression leaves: too wide costs a few draws, too narrow all. */
const WIDER = 1.2;

/** Where parameters of an observation were in training. */
export interface Expected {
  readonly regression: ThetaRegression;
  readonly scaling: Standardisation;
  /** `[p]`. */
  readonly x: ArrayLike<number>;
}

/** What is known of a posterior. */
export interface Proposing {
  readonly prior: Prior;
  /** Where to look first; without, where the prior is. */
  readonly expected?: Expected;
  readonly signal?: AbortSignal;
}

/** What proposals came to. */
export interface Proposed {
  /** The draws, if the weights can be trusted. */
  readonly draws: Draws | undefined;
  /** How far they can. */
  readonly kHat: number;
  /** So many rows of where the weight is, `[n, d]`. */
  readonly rows: (n: number) => Points;
}

/** Draws `n` rows of a posterior density by adaptive importance. */
export async function proposedDraws(
  key: Key,
  n: number,
  target: LogDensity,
  { prior, expected, signal }: Proposing,
): Promise<Proposed> {
  const { support } = prior;
  const inside = unconstrained(target, support);
  const start = expected ? around(prior.names, expected) : unbounded(prior, support);
  const tried = await adaptiveImportance(key, inside, start, { draws: n, ...(signal && { signal }) });
  const theta = constrain(support, points(tried.values, prior.dim));
  // Rows are in no order, and evenly spaced ones as good a sample.
  const rows = (n: number) =>
    gatherRows(theta, Array.from({ length: n }, (_, i) => Math.floor((i + 0.5) * tried.length / n)));
  const { sampler, target: _, ...info } = tried.info;
  const draws = {
    names: prior.names,
    chains: 1,
    length: n,
    values: rows(n).data,
    info: { sampler, target: target.name, ...info, rounds: tried.rounds },
    warnings: [],
  };
  return { draws: tried.warnings.length === 0 ? draws : undefined, kHat: Number(tried.info.kHat), rows };
}

/** A t distribution around what the regression expects. */
function around(names: readonly string[], { regression, scaling, x }: Expected): Proposal {
  return studentT({
    names,
    mean: expectedTheta(regression, x, scaling),
    factor: Float64Array.from(regression.factor.flat(), (value) => WIDER * value),
  });
}

/** The prior in unbounded coordinates; it may be an object of a class of the user's own. */
function unbounded(prior: Prior, support: Support): Proposal {
  const density = unconstrained(
    { name: "prior", dim: prior.dim, evaluate: (theta) => ({ value: prior.logDensity(theta) }) },
    support,
  );
  return {
    names: prior.names,
    sample: (key, n) => unconstrain(support, prior.sample(key, n)),
    logDensity: (z) => density.evaluate(z, { gradient: false }).value,
  };
}
