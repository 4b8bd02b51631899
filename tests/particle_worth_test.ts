// What particles are worth: the variance of a mean over many populations, beside the effective
// sizes that their draws report.
import { assert } from "@std/assert";
import { type Draws, type Key, key, type LogDensity, split } from "@likely/core";
import { essMean } from "@likely/diagnostics";
import { smc, smcMany, stackTargets } from "@likely/samplers";
import { type KnownTarget, TARGETS } from "./_sampler_targets.ts";

const POPULATIONS = 60;
const PARTICLES = 200;

function likelihoodOf({ target, start }: KnownTarget): LogDensity {
  return {
    ...target,
    evaluate: (theta, options) => {
      const prior = start.logDensity(theta);
      return { value: target.evaluate(theta, options).value.map((v, i) => v - prior[i]!) };
    },
  };
}

const RUNS: Readonly<
  Record<string, (keys: readonly Key[], known: KnownTarget) => Promise<readonly Draws[]>>
> = {
  smc: async (keys, known) => {
    const options = { particles: PARTICLES, repeats: 1 };
    const out: Draws[] = [];
    for (const child of keys) out.push(await smc(child, known.start, likelihoodOf(known), options));
    return out;
  },
  smcMany: (keys, known) => {
    const targets = stackTargets(keys.map(() => likelihoodOf(known)));
    return smcMany(keys, known.start, targets, { particles: PARTICLES });
  },
};

/** The first coordinate, as draws of one parameter. */
function firstOf(draws: Draws): Draws {
  const values = draws.values.filter((_, k) => k % draws.names.length === 0);
  return { ...draws, names: ["first"], values };
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b) / values.length;
const squares = (values: ArrayLike<number>) => {
  const center = mean(values);
  return Array.from(values).reduce((sum, v) => sum + (v - center) ** 2, 0);
};

for (const [name, run] of Object.entries(RUNS)) {
  for (const what of ["banana", "correlated normal, 2-d", "well-separated modes"]) {
    Deno.test(`particles of ${name} on "${what}" are worth what they report`, async () => {
      const known = TARGETS.find(({ target }) => target.name === what)!;
      const populations = (await run(split(key(31), POPULATIONS), known)).map(firstOf);
      const all = populations.flatMap(({ values }) => Array.from(values));
      const spread = squares(populations.map(({ values }) => mean(values))) / (POPULATIONS - 1);
      const worth = squares(all) / all.length / spread;
      const reported = mean(populations.map((draws) => essMean(draws)[0]!));
      // A variance from 60 means has a relative standard error of 0.18: three and a half of them.
      assert(worth > 0.5 * reported, `worth ${worth.toFixed(0)}, reported ${reported.toFixed(0)}`);
      assert(worth > 0.4 * PARTICLES, `worth ${worth.toFixed(0)} of ${PARTICLES}`);
    });
  }
}
