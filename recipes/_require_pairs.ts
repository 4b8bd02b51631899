import { type Points, type Prior, priorFrom, type PriorShape, priorShape, priorSpec } from "@likely/core";
import { requireColumns } from "@likely/core/check";
import { requireData } from "@likely/surrogates";
import type { SimulatedPairs } from "./simulated_pairs.ts";

/** What training knows of a prior: a stored one of the user's own has no density. */
export interface KnownPrior extends PriorShape {
  readonly density?: Prior;
}

/**
 * Requires pairs that can come from their prior and be trained on; returns what is known of the prior. Ends
 * of the support may be met: rounding does that.
 */
export function requirePairs({ dataset, prior: given }: SimulatedPairs): KnownPrior {
  const prior = knownPrior(given);
  const { theta, x, failedTheta } = dataset;
  for (const [name, rows] of [["theta", theta], ["failedTheta", failedTheta]] as const) {
    if (!rows) continue;
    requireColumns(`train under the prior of ${prior.names.join(", ")}`, name, rows, prior.dim);
    requireSupported(name, rows, prior);
  }
  requireData(dataset, { thetaDim: prior.dim, xDim: x.dim });
  return prior;
}

/** What is known of the prior that pairs have come with. */
export function knownPrior(prior: SimulatedPairs["prior"]): KnownPrior {
  if ("sample" in prior) return { ...shapeOf(prior), density: prior };
  return prior.kind === "custom" ? priorShape(prior) : { ...priorShape(prior), density: priorFrom(prior) };
}

function shapeOf(prior: Prior): PriorShape {
  const { names, dim, support } = prior;
  return { names, dim, support, spec: priorSpec(prior) };
}

function requireSupported(name: string, { data, dim }: Points, { support, names }: PriorShape): void {
  const at = data.findIndex((value, k) => value < support[k % dim]!.low || value > support[k % dim]!.high);
  if (at < 0) return;
  const { low, high } = support[at % dim]!;
  throw new RangeError(
    `Cannot train as ${name} must lie within its prior's support: row ${Math.floor(at / dim)} has ` +
      `${data[at]} in column ${at % dim}, ${names[at % dim]}, whose support is from ${low} to ${high}`,
  );
}

/** Requires the density of a prior, which a name does not tell. */
export function requireDensity({ density, spec }: KnownPrior): Prior {
  return density ?? priorFrom(spec);
}
