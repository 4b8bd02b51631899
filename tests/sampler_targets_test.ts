// The table of samplers and targets: every sampler finds the moments of every target that is not
// beyond it. What is beyond a sampler is in the name of a test that is left out.
import { assert } from "@std/assert";
import { type Draws, type Key, key, type LogDensity, split } from "@likely/core";
import { importance, parallelTempering, sample, type SampleOptions, smc } from "@likely/samplers";
import { estimate } from "./_estimate.ts";
import { type KnownTarget, type SamplerName, TARGETS } from "./_sampler_targets.ts";

type Run = (key: Key, known: KnownTarget) => Promise<readonly Draws[]>;

const chains = (options: SampleOptions): Run => async (key, { target, start }) => [
  await sample(key, target, start, { chains: 16, ...options }),
];

/** The log-likelihood that makes a target of its start's density: what SMC is given. */
function likelihoodOf({ target, start }: KnownTarget): LogDensity {
  return {
    ...target,
    evaluate: (theta, options) => {
      const prior = start.logDensity(theta);
      return { value: target.evaluate(theta, options).value.map((v, i) => v - prior[i]!) };
    },
  };
}

// Hot enough for chains to cross between the moons, and between modes fifty nats deep.
const tempered: SampleOptions["sampler"] = (target, { warmup }) =>
  parallelTempering(target, { warmup, temperatures: [1, 3, 9, 27, 81, 243, 729] });

/** Sweeps mix best and cost most; a random walk is the other way round. */
const RUNS: Readonly<Record<SamplerName, Run>> = {
  nuts: chains({ sampler: "nuts", warmup: 150, draws: 100 }),
  hmc: chains({ sampler: "hmc", warmup: 200, draws: 200 }),
  mala: chains({ sampler: "mala", warmup: 400, draws: 300, thin: 8 }),
  slice: chains({ sampler: "slice", warmup: 60, draws: 200 }),
  "random_walk": chains({ sampler: "random_walk", warmup: 1000, draws: 250, thin: 8 }),
  "parallel_tempering": chains({ sampler: tempered, warmup: 50, draws: 150 }),
  smc: async (key, known) => [
    await smc(key, known.start, likelihoodOf(known), { particles: 200, repeats: 8 }),
  ],
  importance: (key, { target, start }) =>
    Promise.resolve(split(key, 8).map((child) => importance(child, target, start, { draws: 2000 }))),
};

/** What four standard errors are where the error itself is known from few chains: Student's t. */
const TOLERANCE: Readonly<Record<number, number>> = { 8: 8.5, 16: 5.5 };

for (const [name, run] of Object.entries(RUNS) as [SamplerName, Run][]) {
  for (const known of TARGETS) {
    const { target: { name: target }, beyond, expectations } = known;
    if (beyond[name]) {
      Deno.test.ignore(`${name} does not try "${target}": ${beyond[name]}`, () => {});
      continue;
    }
    Deno.test(`${name} finds the moments of "${target}"`, async () => {
      const draws = await run(key(7), known);
      for (const { of, fn, mean } of expectations) {
        const found = estimate(draws, fn);
        const off = (found.mean - mean) / found.error;
        assert(found.error < 0.25, `the standard error of ${of} is ${found.error}`);
        assert(Math.abs(off) < TOLERANCE[found.chains]!, `${of} is off by ${off} standard errors`);
      }
    });
  }
}
