/** What are exact scores worth to a likelihood that is learned as a density? */

import { foldIn, key, mean, plainDensity, simulate, split, type Task } from "@likely/core";
import { nll } from "@likely/losses";
import { trainLikelihood } from "@likely/sbi";
import { gaussianCorrelated, slcp } from "@likely/simulators";
import { clocked, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "nle without scores and with them, batches of 100, else defaults: nats that a fresh simulation's density is below the exact one, mean of two keys";

const TASKS: readonly Task[] = [gaussianCorrelated(), slcp()];
const SIZES = [1000, 3000, 10_000];
const KEYS = 2;
/** Second derivatives are for tensors alone, whose steps of few rows cost as much as those of many. */
const BATCH = 100;
/** Fresh simulations that are asked about. */
const ASKED = 2000;

/** Relative entropies and CPU seconds by task, size and loss. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const { prior, simulator } of TASKS) {
    for (const size of SIZES) {
      for (const loss of [nll(), undefined]) {
        const found: { readonly nats: number; readonly seconds: number }[] = [];
        for (let k = 0; k < KEYS; k++) {
          const [forData, forTraining, forAsking] = split(foldIn(key(21), k), 3);
          const dataset = await simulate(forData, { prior, simulator }, size, { score: true });
          const fresh = await simulate(forAsking, { prior, simulator }, ASKED);
          const pairs = { simulator: simulator.name, prior: prior.spec, dataset };
          let nats = NaN;
          const { seconds } = await clocked(async () => {
            const { artifact } = await trainLikelihood(forTraining, pairs, {
              batchSize: BATCH,
              ...(loss && { loss }),
            });
            const exact = simulator.logLikelihood!(fresh.theta, fresh.x);
            const learned = plainDensity(artifact).logDensity(fresh.x, fresh.theta);
            nats = mean(exact.map((value, i) => value - learned[i]!));
          });
          found.push({ nats, seconds });
        }
        const what = `${simulator.name}, ${size.toLocaleString("en")} simulations, ${
          loss ? "without" : "with scores"
        }`;
        const of = (value: (one: typeof found[number]) => number) => mean(Float64Array.from(found, value));
        out.push({ what: `${what}: relative entropy`, value: of(({ nats }) => nats), unit: "nats" });
        out.push({ what: `${what}: training`, value: of(({ seconds }) => seconds), unit: "CPU s" });
      }
    }
  }
  return out;
}
