/** Which network learns a ratio of wide x better: x as it is, or embedded before θ joins it? */

import { type Artifact, type Dataset, gatherRows, key, simulate, split } from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { ratioNetwork, trainRatio, wideEmbedding } from "@likely/sbi";
import {
  actorOriented,
  dynamicBlockModel,
  hawkesGraph,
  separableField,
  sisDiscrete,
  sisGillespie,
  temporalErgm,
} from "@likely/simulators";
import { clocked, type Row } from "./_measure.ts";
import { crossEntropy } from "./_score_run.ts";

/** The question of the table. */
export const question = "Held-out cross-entropy of 3,000 simulations, x as it is and embedded; CPU seconds";

const SIMULATIONS = 3000;
const HELD_OUT = 4000;
const ENGINE = fusedEngine({ workers: 1 });
const TASKS = [
  sisDiscrete(),
  separableField(),
  hawkesGraph(),
  temporalErgm(),
  dynamicBlockModel(),
  sisGillespie(),
  actorOriented(),
];

/** Seven tasks, two keys, with scores and without. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const task of TASKS) {
    for (const seed of [1, 2]) {
      const [forData, forTraining, forTest] = split(key(seed), 3);
      const { score, ...plain } = await simulate(forData, task, SIMULATIONS, { score: true });
      const test = await simulate(forTest, task, HELD_OUT);
      for (const dataset of [plain, { ...plain, score: score! }]) {
        const { thetaDim, xDim } = task.simulator;
        // The network of an x too narrow to be embedded, and that of a wide one.
        const networks = {
          "as it is": ratioNetwork({ thetaDim, xDim: 1 }),
          embedded: { embedding: wideEmbedding() },
        };
        for (const [label, network] of Object.entries(networks)) {
          const pairs = { simulator: task.simulator.name, prior: task.prior.spec, dataset };
          const options = { ...network, engine: ENGINE };
          const { value, seconds } = await clocked(() => trainRatio(forTraining, pairs, options));
          const how = "score" in dataset ? "score" : "plain";
          const what = `${task.name}, x of ${xDim}, key ${seed}, ${how}: ${label}`;
          out.push({ what, value: await heldOut(value.artifact, test), unit: "nats" });
          out.push({ what, value: seconds, unit: "s" });
        }
      }
    }
  }
  return out;
}

/** In blocks of data sets, for the sake of memory. */
async function heldOut(artifact: Artifact, test: Dataset): Promise<number> {
  const block = 500;
  let sum = 0;
  for (let at = 0; at < HELD_OUT; at += block) {
    const some = Uint32Array.from({ length: block }, (_, i) => at + i);
    const [theta, x] = [gatherRows(test.theta, some), gatherRows(test.x, some)];
    using surrogate = await ENGINE.logDensities(artifact, x);
    const { value } = surrogate.evaluate(theta, { gradient: false });
    sum += block * crossEntropy(surrogate, theta, value);
  }
  return sum / HELD_OUT;
}
