/** How fast are density estimators trained and drawn from? */

import {
  type Artifact,
  type DensitySpec,
  densityWidths,
  drawNormal,
  initWeights,
  key,
  type Loss,
  type Points,
  points,
  stream,
} from "@likely/core";
import { type FusedEngine, fusedEngine } from "@likely/kernels";
import { clocked, medianSeconds, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "Density estimators on the fused engine: steps on batches of 200, log densities and draws; CPU time of one thread, and time on all";

const trunk = { kind: "mlp", hidden: [50, 50], activation: "silu" } as const;
const sides = (thetaDim: number, xDim: number) => ({ thetaDim, xDim, target: "theta" }) as const;

/** What is common in the field: five transforms of 50 units, or eight components. */
const SPECS: Readonly<Record<string, DensitySpec>> = {
  "nsf 5 x 50 x 50, 10 bins, 2-d": { kind: "nsf", ...sides(2, 2), transforms: 5, bins: 10, span: 3, trunk },
  "maf 5 x 50 x 50, 10-d": {
    kind: "maf",
    ...sides(10, 10),
    transforms: 5,
    hidden: [50, 50],
    activation: "silu",
  },
  "mdn 8 components, 50 x 50, 10-d": { kind: "mdn", ...sides(10, 10), components: 8, trunk },
};

/** How long a call takes. */
type Clock = (call: () => unknown) => Promise<number>;

/** CPU time, which a busy machine does not lengthen much; of several threads it tells nothing. */
const cpuSeconds: Clock = async (call) => {
  const repeat = (times: number) => {
    for (let i = 0; i < times; i++) call();
    return Promise.resolve();
  };
  // V8 compiles in the background meanwhile, which is CPU time too.
  await repeat(20);
  return (await clocked(() => repeat(40))).seconds / 40;
};

/** An engine, and how its calls are timed. */
type Timed = readonly [engine: FusedEngine, clock: Clock];

/** Rates by spec, on one thread and on all. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    for (const [workers, clock] of [[1, cpuSeconds], ["auto", medianSeconds]] as const) {
      const engine = [fusedEngine({ workers }), clock] as const;
      const what = (of: string) => `${name}, ${of}, ${workers === 1 ? "one thread, CPU" : "all threads"}`;
      out.push({ what: what("training"), value: await steps(engine, spec), unit: "steps/s" });
      out.push({ what: what("log densities"), value: await values(engine, spec), unit: "rows/s" });
      out.push({ what: what("10,000 draws of one"), value: await draws(engine, spec, 1, 10_000), unit: "s" });
      out.push({ what: what("1,000 draws of 100"), value: await draws(engine, spec, 100, 1000), unit: "s" });
    }
  }
  return out;
}

async function steps([engine, clock]: Timed, spec: DensitySpec): Promise<number> {
  const { weights, scaling } = artifactOf(spec);
  const loss = { name: "nll", options: {} } as unknown as Loss;
  using step = await engine.trainStep({
    spec,
    loss,
    scaling,
    state: { weights, steps: 0 },
    clipNorm: 5,
  });
  const batch = { theta: noise(1, 200, spec.thetaDim), x: noise(2, 200, spec.xDim), atoms: 1 };
  return 1 / await clock(() => step.step(batch, 5e-4));
}

async function values([engine, clock]: Timed, spec: DensitySpec): Promise<number> {
  using density = await engine.density(artifactOf(spec));
  const { target, condition } = densityWidths(spec);
  const [rows, given] = [noise(3, 10_000, target), noise(4, 10_000, condition)];
  return 10_000 / await clock(() => density.logDensity(rows, given));
}

async function draws([engine, clock]: Timed, spec: DensitySpec, m: number, n: number): Promise<number> {
  using density = await engine.density(artifactOf(spec));
  const given = noise(5, m, densityWidths(spec).condition);
  return await clock(() => density.sample(key(6), n, given));
}

function noise(seed: number, n: number, dim: number): Points {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}

/** Untrained: speed does not depend on weights, except where splines' bins are. */
function artifactOf(spec: DensitySpec): Artifact {
  const side = (dim: number) => ({ mean: new Array(dim).fill(0), std: new Array(dim).fill(1) });
  const scaling = { theta: side(spec.thetaDim), x: side(spec.xDim) };
  return { kind: "posterior", spec, weights: initWeights(key(0), spec), scaling } as unknown as Artifact;
}
