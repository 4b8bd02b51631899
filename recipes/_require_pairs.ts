import { type Points, type Prior, priorFrom } from "@likely/core";
import { requireColumns } from "@likely/core/check";
import { requireData } from "@likely/surrogates";
import type { SimulatedPairs } from "./simulated_pairs.ts";

/**
 * Requires pairs that can come from their prior and be trained on; returns the prior. Ends of the support
 * may be met: rounding does that.
 */
export function requirePairs({ dataset, prior: spec }: SimulatedPairs): Prior {
  const prior = priorFrom(spec);
  const { theta, x, failedTheta } = dataset;
  for (const [name, rows] of [["theta", theta], ["failedTheta", failedTheta]] as const) {
    if (!rows) continue;
    requireColumns(`train under the prior of ${prior.names.join(", ")}`, name, rows, prior.dim);
    requireSupported(name, rows, prior);
  }
  requireData(dataset, { thetaDim: prior.dim, xDim: x.dim });
  return prior;
}

function requireSupported(name: string, { data, dim }: Points, { support, names }: Prior): void {
  const at = data.findIndex((value, k) => value < support[k % dim]!.low || value > support[k % dim]!.high);
  if (at < 0) return;
  const { low, high } = support[at % dim]!;
  throw new RangeError(
    `Cannot train as ${name} must lie within its prior's support: row ${Math.floor(at / dim)} has ` +
      `${data[at]} in column ${at % dim}, ${names[at % dim]}, whose support is from ${low} to ${high}`,
  );
}
