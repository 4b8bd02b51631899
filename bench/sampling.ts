/** How long does sampling from a surrogate take? */

// deno-lint-ignore-file no-console -- a command for people
import { type Artifact, fromRows, key, posteriorDensity, priorFrom, row, simulate } from "@likely/core";
import { essBulk } from "@likely/diagnostics";
import { fusedEngine } from "@likely/kernels";
import { sample } from "@likely/samplers";
import { nre, posterior } from "@likely/sbi";
import { gaussianLinear, slcp, twoMoons } from "@likely/simulators";
import { median, type Row } from "./_measure.ts";
import { artifactOf, SPECS } from "./_surrogate.ts";

/** The question of the table. */
export const question =
  "Effective draws a second on a trained gaussian_linear surrogate (10-d, resnet 2 x 50), warm-up included, 20 chains x 1,000";

/** Smallest bulk ESS over parameters, per second; and the seconds. */
export async function rows(): Promise<Row[]> {
  const { artifact } = await nre(key(0), gaussianLinear(), {
    simulations: 5000,
    maxEpochs: 20,
    trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" },
  });
  const out: Row[] = [];
  for (const sampler of ["slice", "hmc", "random_walk"] as const) {
    const runs: { readonly rate: number; readonly seconds: number }[] = [];
    for (let i = 0; i < 3; i++) runs.push(await run(artifact, sampler, i));
    out.push({ what: `${sampler}, effective draws`, value: median(runs.map((r) => r.rate)), unit: "1/s" });
    out.push({ what: `${sampler}, whole run`, value: median(runs.map((r) => r.seconds)), unit: "s" });
  }
  return [...out, await thousandDraws(), ...await proposals()];
}

/** `posterior` as it comes beside NUTS, from a ratio of the default network: 1,000 draws, five observations. */
async function proposals(): Promise<Row[]> {
  const out: Row[] = [];
  for (const task of [twoMoons(), gaussianLinear(), slcp()]) {
    const { name } = task.simulator;
    const { artifact } = await nre(key(0), task, { simulations: 5000, maxEpochs: 20 });
    const { x } = await simulate(key(1), task, 5);
    for (const [what, how] of [["weighted proposals", {}], ["NUTS", { sampler: "nuts" }]] as const) {
      const seconds: number[] = [];
      for (let i = 0; i < x.n; i++) {
        using given = await posterior(artifact, row(x, i), how);
        // The first time compiles.
        await given.sample(key(2), 1000);
        const start = performance.now();
        const { warnings } = await given.sample(key(3), 1000);
        seconds.push((performance.now() - start) / 1000);
        if (warnings.length > 0) console.error(`${name}, ${what}: ${warnings.join("; ")}`);
      }
      out.push({ what: `${what}, ${name}, 1,000 draws`, value: median(seconds), unit: "s" });
    }
  }
  return out;
}

/** The task of the field's slice samplers: 1,000 draws in all, 20 chains, 200 sweeps of warm-up. */
async function thousandDraws(): Promise<Row> {
  const artifact = await artifactOf(SPECS["resnet 2 x 50"]!);
  using output = await fusedEngine().logDensity(artifact, fromRows([[0, 0]]));
  const prior = priorFrom(artifact.prior);
  const target = posteriorDensity(prior, output);
  const options = { sampler: "slice", chains: 20, warmup: 200, draws: 50 } as const;
  const seconds: number[] = [];
  for (let i = 0; i < 8; i++) {
    const { info } = await sample(key(i), target, prior, options);
    seconds.push(Number(info.seconds));
  }
  // The first runs compile.
  const value = median(seconds.slice(3));
  return { what: "slice, two_moons, resnet 2 x 50, 1,000 draws in all", value, unit: "s" };
}

async function run(artifact: Artifact, sampler: "slice" | "hmc" | "random_walk", seed: number) {
  using output = await fusedEngine().logDensity(artifact, fromRows([new Array(10).fill(0.1)]));
  const prior = priorFrom(artifact.prior);
  const start = performance.now();
  const target = posteriorDensity(prior, output);
  const draws = await sample(key(seed), target, prior, { sampler, chains: 20, warmup: 200, draws: 1000 });
  const seconds = (performance.now() - start) / 1000;
  return { rate: Math.min(...essBulk(draws)) / seconds, seconds };
}
