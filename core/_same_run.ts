// What two manifests must agree in to be of one run.

import type { SimulationManifest } from "./simulation_manifest.ts";

const FIELDS = ["simulator", "prior", "names", "key", "xDim", "score", "proposal"] as const;

/** The first field in which the runs differ, how many rows they have aside; undefined for the same run. */
export function differingField(
  a: SimulationManifest,
  b: SimulationManifest,
): typeof FIELDS[number] | undefined {
  return FIELDS.find((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}

/** All that decides what is in the chunks of a run, as text. */
export function fieldsOfRun(run: SimulationManifest): string {
  return JSON.stringify(
    [...FIELDS, "level" as const, "chunkRows" as const].map((field) => run[field] ?? null),
  );
}
