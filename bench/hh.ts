/**
 * `deno task bench:hh`: the Hodgkin-Huxley study of Gao, Deistler & Macke (2023), ours beside
 * theirs.
 *
 * `--simulations 100000` is the paper's size. Simulations are kept under `out/bench/hh`: a run that
 * was killed, or is to be longer, goes on from them, and a shorter one uses the first of them.
 * `--quick` takes 1,000 simulations unless told otherwise, trains for 20 epochs, and asks about
 * the recordings at β = 50 alone: a minute or two.
 */

// deno-lint-ignore-file no-console -- a command for people

import { parseArgs } from "@std/cli/parse-args";
import {
  type Dataset,
  foldIn,
  fromRows,
  type Key,
  key,
  openSimulations,
  type Points,
  simulate,
  split,
} from "@likely/core";
import { hodgkinHuxleyObservations, hodgkinHuxleyRecordings } from "@likely/simulators";
import { measureHh } from "./_hh_speed.ts";
import { firstRows, nearnessToAll, type Study, trainStudy } from "./_hh_study.ts";
import { format } from "./_measure.ts";

const STORE = "out/bench/hh/simulations";
const BETAS = [25, 50, 100];

// Read off the published figures, ± 3 %; 100,000 simulations.
const PUBLISHED = {
  recordings: ["0.257 ± 0.015", "0.175 ± 0.010", "0.140 ± 0.010"],
  synthetic: ["0.190 ± 0.055", "0.145 ± 0.060", "0.130 ± 0.060"],
};
const NPE = { recordings: "0.320 ± 0.035", synthetic: "0.325 ± 0.055" };
const SIZES = [200, 500, 1000, 2000, 5000];

const { simulations, quick } = parseArgs(Deno.args, { string: ["simulations"], boolean: ["quick"] });
await main(Number(simulations ?? (quick === true ? 1000 : 10_000)), quick === true);

type Four = [Key, Key, Key, Key];

async function main(n: number, isQuick: boolean): Promise<void> {
  if (!isQuick) await printSpeed();
  const [forTraining, forObservations, forDraws, forSizes] = split(key(6), 4) as Four;
  const dataset = await timed(`simulate ${n}, all cores, or read them`, () => simulated(key(5), n));
  const training = isQuick ? { maxEpochs: 20 } : {};
  const betas = isQuick ? [50] : BETAS;
  const study = await timed("train", () => trainStudy(forTraining, dataset, training));
  const recordings = fromRows(hodgkinHuxleyRecordings.map(({ statistics }) => statistics));
  const [forRecordings, forSynthetic] = split(forDraws, 2);
  await printTable(forRecordings, study, { name: "recordings", observations: recordings, betas });
  if (isQuick) return;
  const synthetic = hodgkinHuxleyObservations(forObservations, 10).x;
  await printTable(forSynthetic, study, { name: "synthetic", observations: synthetic, betas });
  await printSizes(forSizes, dataset, recordings);
}

async function printSpeed(): Promise<void> {
  const { ours, c } = await measureHh();
  console.log(`one simulation: ${format(ours * 1000)} ms`);
  console.log(
    c === undefined
      ? "the C program was skipped: there is no `cc` here"
      : `the same in C, cc -O3: ${format(c * 1000)} ms; ours takes ${format(ours / c)} of that`,
  );
}

async function simulated(key: Key, n: number): Promise<Dataset> {
  const source = {
    module: import.meta.resolve("@likely/simulators/hodgkin-huxley"),
    export: "hodgkinHuxley",
  };
  let last = performance.now();
  const all = await simulate(key, source, Math.max(n, await storedRows()), {
    path: STORE,
    chunkRows: 50,
    onProgress: ({ done, total, secondsLeft }) => {
      if (performance.now() - last < 10_000) return;
      last = performance.now();
      console.log(`  ${done} of ${total}, ${Math.round(secondsLeft)} s left`);
    },
  });
  return firstRows(all, n);
}

/** Rows of the run on disk, which may be larger than this one. */
async function storedRows(): Promise<number> {
  const isThere = await Deno.stat(STORE).then(() => true, () => false);
  return isThere ? (await openSimulations(STORE)).manifest.n : 0;
}

interface Set {
  readonly name: keyof typeof PUBLISHED;
  readonly observations: Points;
  readonly betas: readonly number[];
}

async function printTable(key: Key, study: Study, { name, observations, betas }: Set): Promise<void> {
  console.log(`\npredictive distance, ten ${name}: mean ± sd\n`);
  console.log("| β | ours | published ACE, 100,000 | published NPE, 100,000 | expected by the network | s |");
  console.log("| ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const beta of betas) {
    const b = BETAS.indexOf(beta);
    const { mean, sd, expected, seconds } = await nearnessToAll(foldIn(key, b), {
      study,
      observations,
      beta,
    });
    console.log(
      `| ${beta} | ${mean.toFixed(3)} ± ${sd.toFixed(3)} | ${PUBLISHED[name][b]} | ${NPE[name]} | ` +
        `${expected.toFixed(3)} | ${seconds.toFixed(1)} |`,
    );
  }
}

/**
 * How many simulations does it take to match NPE with 100,000? Distances are in standard deviations
 * of as many, which differ from all the others' by 1 or 2 %, of 200 by 5 %.
 */
async function printSizes(key: Key, dataset: Dataset, observations: Points): Promise<void> {
  console.log("\npredictive distance at β = 50, ten recordings, by simulations\n");
  console.log("| simulations | ours |\n| ---: | ---: |");
  for (const [i, n] of SIZES.filter((n) => n < dataset.theta.n).entries()) {
    const [forTraining, forDraws] = split(foldIn(key, i), 2);
    const study = await trainStudy(forTraining, firstRows(dataset, n));
    const { mean, sd } = await nearnessToAll(forDraws, { study, observations, beta: 50 });
    console.log(`| ${n} | ${mean.toFixed(3)} ± ${sd.toFixed(3)} |`);
  }
}

async function timed<T>(what: string, call: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const value = await call();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return value;
}
