import {
  type Artifact,
  coordinates,
  type DataReference,
  type Dataset,
  type Engine,
  gatherRows,
  type Points,
  priorShape,
  thetaRegression,
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
  { x, theta }: Pick<Dataset, "x" | "theta">,
  engine: Engine,
): Promise<Pick<Artifact, "reference">> {
  if (x.n < FEWEST_ROWS) return {};
  const rows = gatherRows(x, Array.from({ length: Math.min(x.n, MOST_ROWS) }, (_, i) => i));
  const reference: DataReference = {
    // Bytes of a column with long tails would all be the same.
    ...(x.dim <= WIDEST && { x: referenceCloud(coordinates(rows, artifact.scaling.x)) }),
    ...regressed(artifact, theta, x),
    ...(embedsX(artifact) && { embedded: await embeddedCloud(artifact, rows, engine) }),
  };
  return { reference };
}

/** Wider x, or fewer rows for each number, are left without: the artifact would grow, or the fit mean little. */
const WIDEST_REGRESSED = 64;
const ROWS_A_FEATURE = 10;
const MOST_REGRESSED = 5000;

/** Of what is sampled from: a learned posterior is drawn from directly, and a cost has a temperature. */
function regressed(
  { kind, scaling, prior, provenance }: Artifact,
  theta: Points,
  x: Points,
): Pick<DataReference, "regression"> {
  const n = Math.min(x.n, MOST_REGRESSED);
  const isOfOne = kind === "ratio" || kind === "likelihood" && provenance.trials === undefined;
  if (!isOfOne || provenance.rounds || x.dim > WIDEST_REGRESSED || n < ROWS_A_FEATURE * (1 + 2 * x.dim)) {
    return {};
  }
  const first = Array.from({ length: n }, (_, i) => i);
  const { support } = priorShape(prior);
  return {
    regression: thetaRegression(gatherRows(theta, first), gatherRows(x, first), {
      support,
      scaling: scaling.x,
    }),
  };
}

function embedsX({ spec }: Artifact): boolean {
  return spec.embedding !== undefined && !(spec.kind !== "network" && spec.target === "x");
}

async function embeddedCloud(artifact: Artifact, rows: Points, engine: Engine) {
  using seen = await engine.logDensities(artifact, rows);
  return referenceCloud(seen.embedded);
}
