/**
 * `deno task bench:hh`: the Hodgkin-Huxley study of Gao, Deistler & Macke (2023), ours beside
 * theirs.
 *
 * `--simulations 100000` is the paper's size. Simulations are kept under `out/bench/hh`, and a run
 * that was killed, or is to be longer, goes on from them. `--quick` trains briefly, on what
 * `--simulations` says, and skips the table of sizes.
 */

// deno-lint-ignore-file no-console -- a command for people

import { parseArgs } from "@std/cli/parse-args";
import { type Dataset, foldIn, fromRows, type Key, key, type Points, simulate, split } from "@likely/core";
import { hodgkinHuxleyObservations, hodgkinHuxleyRecordings } from "@likely/simulators";
import { measureHh } from "./_hh_speed.ts";
import { firstRows, nearnessToAll, type Study, trainStudy } from "./_hh_study.ts";
import { format } from "./_measure.ts";

const BETAS = [25, 50, 100];

// Read off the published figures, ± 3 %; 100,000 simulations.
const PUBLISHED = {
  recordings: ["0.257 ± 0.015", "0.175 ± 0.010", "0.140 ± 0.010"],
  synthetic: ["0.190 ± 0.055", "0.145 ± 0.060", "0.130 ± 0.060"],
};
const NPE = { recordings: "0.320 ± 0.035", synthetic: "0.325 ± 0.055" };
const SIZES = [200, 500, 1000, 2000, 5000];

const { simulations, quick } = parseArgs(Deno.args, {
  string: ["simulations"],
  boolean: ["quick"],
  default: { simulations: "10000" },
});
await main(Number(simulations), quick === true);

type Four = [Key, Key, Key, Key];

async function main(n: number, isQuick: boolean): Promise<void> {
  await printSpeed();
  const [forTraining, forObservations, forDraws, forSizes] = split(key(6), 4) as Four;
  const dataset = await timed(`simulate ${n}, all cores`, () => simulated(key(5), n));
  const training = isQuick ? { maxEpochs: 20 } : {};
  const study = await timed("train", () => trainStudy(forTraining, dataset, training));
  const recordings = fromRows(hodgkinHuxleyRecordings.map(({ statistics }) => statistics));
  const synthetic = hodgkinHuxleyObservations(forObservations, 10).x;
  const [forRecordings, forSynthetic] = split(forDraws, 2);
  await printTable(forRecordings, study, { name: "recordings", observations: recordings });
  await printTable(forSynthetic, study, { name: "synthetic", observations: synthetic });
  if (!isQuick) await printSizes(forSizes, dataset, recordings);
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

function simulated(key: Key, n: number): Promise<Dataset> {
  const source = {
    module: import.meta.resolve("@likely/simulators/hodgkin-huxley"),
    export: "hodgkinHuxley",
  };
  let last = performance.now();
  return simulate(key, source, n, {
    path: "out/bench/hh/simulations",
    chunkRows: 50,
    onProgress: ({ done, total, secondsLeft }) => {
      if (performance.now() - last < 10_000) return;
      last = performance.now();
      console.log(`  ${done} of ${total}, ${Math.round(secondsLeft)} s left`);
    },
  });
}

interface Set {
  readonly name: keyof typeof PUBLISHED;
  readonly observations: Points;
}

async function printTable(key: Key, study: Study, { name, observations }: Set): Promise<void> {
  console.log(`\npredictive distance, ten ${name}: mean ± sd\n`);
  console.log("| β | ours | published ACE, 100,000 | published NPE, 100,000 | expected by the network | s |");
  console.log("| ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const [b, beta] of BETAS.entries()) {
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

/** How many simulations does it take to match NPE with 100,000? */
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
