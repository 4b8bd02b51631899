/** What does a step on several batches cost, beside a plain step on as many rows? */

import {
  type Batch,
  type DensitySpec,
  drawNormal,
  initWeights,
  key,
  points,
  split,
  stream,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { nll } from "@likely/losses";
import { combineLevels, type TelescopeMode } from "@likely/multilevel";
import { densityEstimator } from "@likely/sbi";
import { clocked, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "A training step on levels beside a plain one on as many rows, one thread, CPU time; two and three levels of 25 and 100 rows a part";

const SPECS: Readonly<Record<string, DensitySpec>> = {
  "npe, splines of 4, x of 4": densityEstimator({ thetaDim: 4, xDim: 4, target: "theta" }),
  "nle, masked, x of 8": densityEstimator({ thetaDim: 5, xDim: 8, target: "x" }),
};

/** Ratios by spec, levels and rows. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    for (const levels of [1, 2]) {
      for (const n of [25, 100]) {
        const parts = Array.from({ length: 2 * levels + 1 }, (_, k) => batch(spec, n, k));
        const whole = batch(spec, n * parts.length, 99);
        const plain = await seconds(spec, (step) => step.step(whole, 1e-4));
        for (const mode of ["plain", "weighted", "paper"] satisfies TelescopeMode[]) {
          // As in training, where coarse halves are held in bounds.
          const { combine } = combineLevels(
            mode,
            { levels },
            mode === "weighted" ? { cap: 2, weight: 0.5 } : {},
          );
          const apart = await seconds(spec, (step) => step.stepOn(parts, combine, 1e-4));
          const what = `${name}, ${levels + 1} levels of ${n} rows, ${mode}`;
          out.push({ what, value: apart / plain, unit: "plain steps" });
        }
      }
    }
  }
  return out;
}

type Step = Awaited<ReturnType<ReturnType<typeof fusedEngine>["trainStep"]>>;

async function seconds(spec: DensitySpec, call: (step: Step) => unknown): Promise<number> {
  const one = (dim: number) => ({ mean: new Array(dim).fill(0), std: new Array(dim).fill(1) });
  const scaling = { theta: one(spec.thetaDim), x: one(spec.xDim) };
  const plan = {
    spec,
    scaling,
    loss: nll(),
    state: { weights: initWeights(key(1), spec), steps: 0 },
    clipNorm: 5,
  };
  using step = await fusedEngine({ workers: 1 }).trainStep(plan);
  const run = (times: number) => {
    for (let i = 0; i < times; i++) call(step);
    return Promise.resolve();
  };
  await run(50);
  const times: number[] = [];
  for (let i = 0; i < 7; i++) times.push((await clocked(() => run(100))).seconds / 100);
  return times.sort((a, b) => a - b)[3]!;
}

function batch(spec: DensitySpec, n: number, seed: number): Batch {
  const [one, other] = split(key(seed), 2);
  const rows = (from: typeof one, dim: number) => {
    const random = stream(from);
    return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
  };
  return { theta: rows(one, spec.thetaDim), x: rows(other, spec.xDim), atoms: 1 };
}
