// Every sampler on densities that are no numbers, flat, or spiky: what is no density is treated
// alike, and every run ends.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Draws,
  fromRows,
  gatherRows,
  independent,
  type Key,
  key,
  type LogDensity,
  normal,
  numericDensity,
  posteriorDensity,
} from "@likely/core";
import { delayedAcceptance } from "./delayed_acceptance.ts";
import { ellipticalSlice } from "./elliptical_slice.ts";
import { importance } from "./importance.ts";
import { map } from "./map.ts";
import { parallelTempering } from "./parallel_tempering.ts";
import { rejection } from "./rejection.ts";
import { sample } from "./sample.ts";
import type { SampleOptions } from "./sample_options.ts";
import { smc } from "./smc.ts";
import { smcMany } from "./smc_many.ts";
import { stackTargets } from "./stack_targets.ts";

const prior = independent({ a: normal(0, 1), b: normal(0, 1) });

/** A likelihood given as it is, without the repairs of `numericDensity`; it fails if asked for ever. */
function likelihoodOf(fn: (a: number, b: number) => number): LogDensity {
  const gentle = numericDensity("odd", 2, ([a, b]) => fn(a!, b!));
  let calls = 0;
  return {
    ...gentle,
    evaluate: (points, options) => {
      if (++calls > 300_000) throw new Error("the run does not end");
      const { grad } = gentle.evaluate(points, options);
      const value = Float64Array.from({ length: points.n }, (_, i) => {
        const [row] = [gatherRows(points, [i]).data];
        return fn(row[0]!, row[1]!);
      });
      return { value, ...(grad && { grad }) };
    },
  };
}

/** Prior plus likelihood, and no more. */
function raw(likelihood: LogDensity): LogDensity {
  return {
    ...likelihood,
    evaluate: (points, options) => {
      const { value, grad } = likelihood.evaluate(points, options);
      const score = prior.score(points).data;
      return {
        value: prior.logDensity(points).map((v, i) => v + value[i]!),
        ...(grad && { grad: grad.map((g, k) => g + score[k]!) }),
      };
    },
  };
}

type Run = (key: Key, likelihood: LogDensity) => Promise<Pick<Draws, "values" | "warnings">>;

const chain = (options: SampleOptions): Run => (key, likelihood) =>
  sample(key, raw(likelihood), prior, { chains: 2, warmup: 60, draws: 40, ...options });

const RUNS: Readonly<Record<string, Run>> = {
  nuts: chain({ sampler: "nuts" }),
  hmc: chain({ sampler: "hmc" }),
  mala: chain({ sampler: "mala" }),
  slice: chain({ sampler: "slice" }),
  "random_walk": chain({ sampler: "random_walk" }),
  "parallel_tempering": chain({ sampler: (target) => parallelTempering(target, { warmup: 60 }) }),
  "delayed_acceptance": chain({ sampler: (target) => delayedAcceptance(target, target, { warmup: 60 }) }),
  "elliptical_slice": (key, likelihood) =>
    sample(key, raw(likelihood), prior, {
      chains: 2,
      warmup: 10,
      draws: 40,
      sampler: () => ellipticalSlice(prior, likelihood),
    }),
  smc: (key, likelihood) => smc(key, prior, likelihood, { particles: 100, repeats: 2 }),
  smcMany: async (key, likelihood) => {
    const [draws] = await smcMany([key], prior, stackTargets([likelihood]), { particles: 100 });
    if (draws!.length === 0) throw new RangeError(`Cannot run SMC: ${draws!.warnings}`);
    return draws!;
  },
  importance: async (key, likelihood) => await importance(key, raw(likelihood), prior, { draws: 200 }),
  rejection: (key, likelihood) => rejection(key, raw(likelihood), prior, { draws: 40, seconds: 1 }),
  map: async (key, likelihood) => {
    const { theta, warnings } = await map(key, raw(likelihood), prior, { starts: 5 });
    return { values: theta, warnings };
  },
};

const hill = (a: number, b: number) => -0.5 * ((a - 0.5) ** 2 + b ** 2);
const beyond = (odd: number) => likelihoodOf((a, b) => a > 1 ? odd : hill(a, b));

for (const [name, run] of Object.entries(RUNS)) {
  Deno.test(`${name} treats +∞ and NaN as it does −∞, and says so`, async () => {
    const none = await run(key(1), beyond(-Infinity));
    assertEquals(none.warnings.filter((text) => text.includes("NaN or infinite")), []);
    for (const odd of [Infinity, NaN]) {
      const { values, warnings } = await run(key(1), beyond(odd));
      assertEquals(values, none.values);
      for (let k = 0; k < values.length; k += 2) assert(values[k]! <= 1, `a = ${values[k]}`);
      const isTold = warnings.some((text) => text.includes("NaN or infinite"));
      assert(isTold, warnings.join("; "));
    }
  });

  Deno.test(`${name} ends on flat and spiky likelihoods`, async () => {
    const shapes: readonly ((a: number, b: number) => number)[] = [
      () => 0,
      (a, b) => -1e16 * ((a - 0.3) ** 2 + b ** 2),
      (a) => Math.abs(a - 0.3) < 1e-2 ? 1e6 : 0,
    ];
    for (const shape of shapes) {
      const { values } = await run(key(2), likelihoodOf(shape));
      assert(values.every(Number.isFinite));
    }
  });

  Deno.test(`${name} refuses what has no density anywhere`, async () => {
    for (const odd of [-Infinity, Infinity, NaN]) {
      await assertRejects(async () => await run(key(3), likelihoodOf(() => odd)), RangeError, "Cannot");
    }
  });
}

Deno.test("smc() and smcMany() name the bound that they end at", async () => {
  // Each stage doubles β or so, and here it has fourteen decades to go.
  const steep = likelihoodOf((a) => -1e14 * Math.abs(a - 0.3));
  const error = await assertRejects(
    () => smc(key(0), prior, steep, { particles: 100, repeats: 1, maxStages: 12 }),
    RangeError,
  );
  assert(error.message.includes("within maxStages = 12 rises: current value is"), error.message);
  const [draws] = await smcMany([key(0)], prior, stackTargets([steep]), { particles: 100, maxStages: 12 });
  assertEquals(draws!.length, 0);
  assert(draws!.warnings[0]!.includes("after maxStages = 12 rises"), draws!.warnings[0]);
  const beyond = likelihoodOf((a) => -1e100 * Math.abs(a - 0.3));
  const [none] = await smcMany([key(0)], prior, stackTargets([beyond]), { particles: 100 });
  assert(none!.length === 0 && none!.warnings[0]!.includes("beyond 2^50"), none!.warnings[0]);
});

Deno.test("posteriorDensity() keeps the rule at every power of the likelihood", () => {
  const rows = fromRows([[2, 0], [0, 0]]);
  for (const odd of [Infinity, NaN]) {
    const { value } = posteriorDensity(prior, beyond(odd), { beta: 0.5 }).evaluate(rows);
    assertEquals([value[0], Number.isFinite(value[1])], [-Infinity, true]);
  }
});

Deno.test("smc() and smcMany() say that all draws descend from a few particles", async () => {
  const corner = likelihoodOf((a, b) => a > 1.2 && b > 1.2 ? 0 : -Infinity);
  const { warnings } = await smc(key(0), prior, corner, { particles: 300, repeats: 2 });
  const [many] = await smcMany([key(0)], prior, stackTargets([corner]), { particles: 300 });
  for (const [text] of [warnings, many!.warnings]) {
    assert(/^Only \d of 300 particles had a likelihood above 0/.test(text!), text);
  }
});
