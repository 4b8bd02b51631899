// What a surrogate says of itself.

import { priorFrom, warningsOf } from "@likely/core";
import type { Surrogate } from "./open_surrogate.ts";

/** What `GET /` answers. */
export function describe({ artifact, sha256 }: Surrogate): Record<string, unknown> {
  const { kind, spec, prior, provenance } = artifact;
  const { simulator, simulations, failed, trials, rounds, levels, network } = provenance;
  const { names, support } = priorFrom(prior);
  const end = (value: number) => Number.isFinite(value) ? value : null;
  return {
    kind,
    simulator,
    parameters: names.map((name, j) => ({
      name,
      low: end(support[j]!.low),
      high: end(support[j]!.high),
    })),
    x: spec.xDim,
    needsBeta: kind === "cost",
    prior,
    provenance: { simulations, failed, trials, rounds, levels, network },
    warnings: warningsOf(artifact),
    sha256,
  };
}
