// One training of a ratio, by the build in whose workspace this file lies: copied into another one it runs
// that one. What it is asked is its argument; it leaves the artifact, and prints one line of JSON.

// deno-lint-ignore-file no-console -- what the other side reads

import {
  type Artifact,
  type Batch,
  encodeArtifact,
  foldIn,
  type Key,
  key as seed,
  simulate,
  split,
  type Weights,
} from "@likely/core";
import { bce } from "@likely/losses";
import { defaultEngine, trainRatio } from "@likely/recipes";
import { tasks } from "@likely/simulators";
import { clocked } from "./_sbibm_clock.ts";

/** What is asked. */
export interface SoonestAsked {
  readonly task: string;
  readonly key: number;
  readonly simulations: number;
  /** Where the artifact goes. */
  readonly path: string;
}

/** What is told. */
export interface SoonestTold {
  /** Seconds of training. */
  readonly wall: number;
  readonly cpu: number;
  readonly epochs: number;
  /** Seconds after which weights were the best so far, and their loss on pairs that nobody has seen. */
  readonly curve: readonly (readonly [seconds: number, loss: number])[];
}

/** Rows of x that nobody has seen, and those of a batch. */
const UNSEEN = 10_000;
const BATCH = 500;

if (import.meta.main) {
  console.log(JSON.stringify(await told(JSON.parse(Deno.args[0]!))));
  Deno.exit(0); // workers may still be there
}

async function told({ task: name, key, simulations, path }: SoonestAsked): Promise<SoonestTold> {
  const [forData, forTraining, forUnseen] = split(seed(key), 3);
  const task = tasks[name]!();
  const dataset = await simulate(forData, task, simulations);
  const pairs = { prior: task.prior.spec, simulator: task.simulator.name, dataset };
  const bests: { readonly seconds: number; readonly epoch: number; readonly weights: Weights }[] = [];
  const start = performance.now();
  const { value: { artifact, history }, ...time } = await clocked(() =>
    trainRatio(forTraining, pairs, {
      onCheckpoint: ({ best, epoch }) => {
        if (best?.epoch !== epoch) return;
        bests.push({ seconds: (performance.now() - start) / 1000, epoch, weights: best.weights });
      },
    })
  );
  await Deno.writeFile(path, encodeArtifact(artifact));
  const batches = await unseen(forUnseen, name);
  const curve: [number, number][] = [];
  for (const { seconds, weights } of bests) curve.push([seconds, await lossOf(artifact, weights, batches)]);
  return { ...time, epochs: history.validation.length, curve };
}

async function unseen(key: Key, name: string): Promise<Batch[]> {
  const [forData, forPairs] = split(key, 2);
  const data = await simulate(forData, tasks[name]!(), UNSEEN);
  return Array.from({ length: UNSEEN / BATCH }, (_, i) => {
    const rows = Uint32Array.from({ length: BATCH }, (_, j) => i * BATCH + j);
    return bce().assemble(foldIn(forPairs, i), data, rows);
  });
}

async function lossOf(
  { spec, scaling }: Artifact,
  weights: Weights,
  batches: readonly Batch[],
): Promise<number> {
  using step = await defaultEngine().trainStep({ spec, loss: bce(), scaling, state: { weights, steps: 0 } });
  let sum = 0;
  for (const batch of batches) sum += await step.evaluate(batch);
  return sum / batches.length;
}
