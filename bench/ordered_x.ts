/** Do convolutions learn more of wide x whose columns are ordered than dense layers? */

import { type Artifact, type Dataset, key, simulate, split } from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { type SimulatedPairs, trainPosterior, trainRatio, wideEmbedding } from "@likely/sbi";
import {
  autoregressive,
  bernoulliGlmRaw,
  gaussianField,
  separableField,
  sirGillespie,
} from "@likely/simulators";
import { clocked, type Row } from "./_measure.ts";
import { crossEntropy } from "./_score_run.ts";

/** The question of the table. */
export const question =
  "Held out, 2,000 simulations: log density of a posterior, cross-entropy of a ratio; x through dense layers and convolutions";

const ENGINE = fusedEngine();
const TASKS = [separableField(), sirGillespie(), autoregressive(), bernoulliGlmRaw(), gaussianField()];

/** Few filters, whatever the task: recipes choose others, where x is a long series. */
function convolutions(dim: number) {
  const sizes = dim >= 100 ? { filters: [8, 16, 16], pool: 4 } : { filters: [8, 16], pool: 2 };
  return {
    kind: "conv",
    size: [dim],
    channels: 1,
    kernel: 5,
    out: 16,
    activation: "silu",
    ...sizes,
  } as const;
}

/** Five tasks, two keys, both methods; with scores where they are exact. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const task of TASKS) {
    for (const seed of [1, 2]) {
      const [forData, forTraining, forTest] = split(key(seed), 3);
      const { simulator } = task;
      const hasScore = simulator.score !== undefined;
      const { score, ...plain } = await simulate(forData, task, 2000, { score: hasScore });
      const test = await simulate(forTest, task, 1000);
      const about = { simulator: simulator.name, prior: task.prior.spec };
      const arms: [string, SimulatedPairs][] = [
        ["posterior", { ...about, dataset: plain }],
        ["ratio", { ...about, dataset: plain }],
        ...(score
          ? [["scored ratio", { ...about, dataset: { ...plain, score } }] as [string, SimulatedPairs]]
          : []),
      ];
      for (const [how, pairs] of arms) {
        const train = how === "posterior" ? trainPosterior : trainRatio;
        const embeddings = { dense: wideEmbedding(), convolutions: convolutions(simulator.xDim) };
        for (const [label, embedding] of Object.entries(embeddings)) {
          const options = { embedding, engine: ENGINE };
          const { value: { artifact }, seconds } = await clocked(() => train(forTraining, pairs, options));
          const what = `${task.name}, x of ${simulator.xDim}, key ${seed}, ${how}: ${label}`;
          out.push({ what, value: await heldOut(artifact, test), unit: "nats" });
          out.push({ what, value: seconds, unit: "s" });
        }
      }
    }
  }
  return out;
}

async function heldOut(artifact: Artifact, { theta, x }: Dataset): Promise<number> {
  using surrogate = await ENGINE.logDensities(artifact, x);
  const { value } = surrogate.evaluate(theta, { gradient: false });
  if (artifact.kind === "ratio") return crossEntropy(surrogate, theta, value);
  return value.reduce((sum, density) => sum + density / x.n, 0);
}
