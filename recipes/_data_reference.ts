import {
  type Artifact,
  coordinates,
  type DataReference,
  type Engine,
  gatherRows,
  type Points,
} from "@likely/core";
import { referenceCloud } from "@likely/diagnostics";

/** Simulations looked at: what is kept, and what distances are measured of. */
const MOST_ROWS = 1000;
/** Fewer say too little for a p-value of one in a hundred. */
const FEWEST_ROWS = 200;
/** Beyond, a reference would outweigh the network, and distances mean little. */
const WIDEST = 512;

/** What the training data looked like, for the artifact; `{}` where there are too few. */
export async function dataReference(
  artifact: Artifact,
  x: Points,
  engine: Engine,
): Promise<Pick<Artifact, "reference">> {
  if (x.n < FEWEST_ROWS) return {};
  const rows = gatherRows(x, Array.from({ length: Math.min(x.n, MOST_ROWS) }, (_, i) => i));
  const reference: DataReference = {
    // Bytes of a column with long tails would all be the same.
    ...(x.dim <= WIDEST && { x: referenceCloud(coordinates(rows, artifact.scaling.x)) }),
    ...(embedsX(artifact) && { embedded: await embeddedCloud(artifact, rows, engine) }),
  };
  return { reference };
}

function embedsX({ spec }: Artifact): boolean {
  return spec.embedding !== undefined && !(spec.kind !== "network" && spec.target === "x");
}

async function embeddedCloud(artifact: Artifact, rows: Points, engine: Engine) {
  using seen = await engine.logDensities(artifact, rows);
  return referenceCloud(seen.embedded);
}
