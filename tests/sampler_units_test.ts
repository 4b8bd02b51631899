// Samplers in other units: parameters of very different sizes cost no more and are found as well.
import { assert, assertEquals } from "@std/assert";
import { independent, key, type LogDensity, normal, uniform } from "@likely/core";
import { convergenceWarnings, essBulk } from "@likely/diagnostics";
import {
  mcmcPosterior,
  parallelTempering,
  rejection,
  sample,
  type SampleOptions,
  smc,
} from "@likely/samplers";

/** Normal around 0.3 sds with a sd of `sizes`, correlation 0.5; its prior is as wide as `widths`. */
function problem(sizes: readonly [number, number], widths: readonly [number, number] = sizes) {
  const prior = independent({ a: normal(0, widths[0]), b: normal(0, widths[1]) });
  let points = 0;
  const target: LogDensity = {
    name: "sizes",
    dim: 2,
    evaluate: ({ data, n }) => {
      points += n;
      const [value, grad] = [new Float64Array(n), new Float64Array(2 * n)];
      for (let i = 0; i < n; i++) {
        const [u, v] = [data[2 * i]! / sizes[0] - 0.3, data[2 * i + 1]! / sizes[1] - 0.3];
        value[i] = -(u * u - u * v + v * v) / 1.5;
        grad[2 * i] = -(2 * u - v) / 1.5 / sizes[0];
        grad[2 * i + 1] = -(2 * v - u) / 1.5 / sizes[1];
      }
      return { value, grad };
    },
  };
  return { prior, target, points: () => points };
}

const SAMPLERS: Readonly<Record<string, NonNullable<SampleOptions["sampler"]>>> = {
  nuts: "nuts",
  hmc: "hmc",
  mala: "mala",
  slice: "slice",
  "random_walk": "random_walk",
  "parallel_tempering": (target, { warmup }) => parallelTempering(target, { warmup, temperatures: [1, 2] }),
};

for (const [name, sampler] of Object.entries(SAMPLERS)) {
  Deno.test(`${name} draws the same from parameters in other units`, async () => {
    const options = { sampler, warmup: 100, draws: 50 };
    const plain = problem([1, 1]);
    const expected = await sample(key(1), plain.target, plain.prior, options);
    // Powers of two change no digit.
    for (const sizes of [[1, 2 ** -20], [2 ** 40, 2 ** -60]] as const) {
      const { target, prior } = problem(sizes);
      const { values } = await sample(key(1), target, prior, options);
      assertEquals(values.map((x, k) => x / sizes[k % 2]!), expected.values);
    }
  });

  Deno.test(`${name} needs no more for parameters of sizes 1 and 1e-6`, async () => {
    const options = { sampler, warmup: 400, draws: 400 };
    const cost = async (given: ReturnType<typeof problem>) => {
      const draws = await sample(key(2), given.target, given.prior, options);
      return { ess: Math.min(...essBulk(draws)), points: given.points() };
    };
    const plain = await cost(problem([1, 1]));
    const apart = await cost(problem([1, 1e-6]));
    assert(apart.ess > 0.6 * plain.ess, `${apart.ess} effective draws, and ${plain.ess} of sizes 1 and 1`);
    assert(apart.points < 1.5 * plain.points, `${apart.points} points, and ${plain.points}`);
    // A prior that does not know: the scale is learnt from the draws alone.
    const learnt = await cost(problem([1, 1e-4], [1, 1]));
    assert(learnt.ess > 0.4 * plain.ess, `${learnt.ess} effective draws, and ${plain.ess}`);
  });
}

Deno.test("smc() draws the same from parameters in other units", async () => {
  const run = async (sizes: readonly [number, number]) => {
    const { target, prior } = problem(sizes);
    const { values, info } = await smc(key(1), prior, target, { particles: 200, repeats: 2 });
    return { values: values.map((x, k) => x / sizes[k % 2]!), calls: info.evaluations };
  };
  assertEquals(await run([1, 2 ** -60]), await run([1, 1]));
});

Deno.test("bounded parameters far from 0 have the scale of their interval", async () => {
  const run = async (low: number) => {
    const prior = independent({ a: uniform(low, low + 1) });
    const target: LogDensity = {
      name: "tilted",
      dim: 1,
      evaluate: ({ data }) => ({
        value: data.map((t) => 3 * (t - low)),
        grad: new Float64Array(data.length).fill(3),
      }),
    };
    return essBulk(await sample(key(3), target, prior, { warmup: 200, draws: 300 }))[0]!;
  };
  assert(await run(2 ** 20) > 0.7 * await run(0));
});

Deno.test("rejection() finds its bound in any units", async () => {
  const run = async (size: number) => {
    const { target, prior } = problem([size, size / 1e3], [3 * size, size / 300]);
    return await rejection(key(4), target, prior, { draws: 300 });
  };
  const plain = await run(1);
  for (const size of [2 ** -60, 1e-9, 1e9]) {
    const { info, warnings } = await run(size);
    assertEquals(warnings, []);
    assert(
      Math.abs(Number(info.acceptance) / Number(plain.info.acceptance) - 1) < 0.05,
      `${info.acceptance}`,
    );
  }
});

Deno.test("a handful of draws says that it cannot be judged", async () => {
  const { target, prior } = problem([1, 1]);
  const posterior = mcmcPosterior(target, prior, { warmup: 50, check: convergenceWarnings });
  const { length, warnings } = await posterior.sample(key(5), 5);
  assertEquals(length, 2);
  assert(
    warnings[0]!.startsWith("Convergence cannot be judged from 2 draws in each of 4 chains"),
    warnings[0],
  );
});
