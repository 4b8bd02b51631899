// How an observation compares with the simulations that a surrogate was trained on.

import {
  type Artifact,
  coordinates,
  type Engine,
  extent,
  type Points,
  type ReferenceCloud,
  row,
  scalarNetwork,
} from "@likely/core";
import type { MisspecificationCheck } from "@likely/diagnostics/misspecification-check";
import { checkReference } from "@likely/diagnostics/reference-cloud";
import { roundsWarnings } from "./_rounds.ts";

/** Who embeds, and how sure to be. */
export interface Comparison {
  readonly engine: Engine;
  readonly level: number;
}

/** At most one sentence for the data, one for the embedding and one for rounds. */
export async function unlikeTraining(
  artifact: Artifact,
  x: Points,
  { engine, level }: Comparison,
): Promise<string[]> {
  const { x: data, embedded } = artifact.reference ?? {};
  const warnings = data ? worst(data, coordinates(x, artifact.scaling.x), level) : [];
  const asEmbedded = embedded ? await embeddedWarnings(artifact, x, { engine, level, embedded }) : [];
  return [
    ...[...warnings, ...asEmbedded].map((text) => text + remark(artifact)),
    ...roundsWarnings(artifact, x),
  ];
}

async function embeddedWarnings(
  artifact: Artifact,
  x: Points,
  { engine, level, embedded }: Comparison & { readonly embedded: ReferenceCloud },
): Promise<string[]> {
  const seen = await engine.logDensities(artifact, x);
  // No `using` in what edge workers carry: Node 20 has no such word.
  try {
    return worst(embedded, seen.embedded, level).map((text) => `As embedded: ${text}`);
  } finally {
    seen[Symbol.dispose]();
  }
}

/** What a cost adds: it is asked for where no simulation comes, and may know it there. */
function remark({ kind, spec }: Artifact): string {
  if (kind !== "cost") return "";
  return scalarNetwork(spec).head.kind === "softplus"
    ? ", unless such observations were among the targets of training"
    : ", if less so than by a cost of free structure";
}

/** Whoever is served asks a surrogate a thousand times about the same simulations. */
const checks = new WeakMap<ReferenceCloud, MisspecificationCheck>();

function checkBy(reference: ReferenceCloud): MisspecificationCheck {
  const found = checks.get(reference) ?? checkReference(reference);
  checks.set(reference, found);
  return found;
}

function worst(reference: ReferenceCloud, x: Points, level: number): string[] {
  const { check, warning } = checkBy(reference);
  const distances = Array.from({ length: x.n }, (_, i) => check(row(x, i)).distance);
  const at = distances.indexOf(extent(distances)[1]);
  const text = warning(row(x, at), level / x.n);
  if (text === undefined) return [];
  return [x.n > 1 ? `Of ${x.n} observations, number ${at + 1}: ${text}` : text];
}
