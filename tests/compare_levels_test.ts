/** Trainings on levels, compared: judged by rows that were not seen, against posteriors in closed form. */

import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  compareLevels,
  coupledSimulate,
  drawNormal,
  independent,
  key,
  leveled,
  LEVELS_MODES,
  type LevelsMethod,
  type Noise,
  normal,
} from "@likely/sbi";
import { LINEAR } from "./_linear_task.ts";

function line(shift: number, cost: number) {
  return {
    cost,
    simulate: (noise: Noise, [a]: Float64Array) => [a! + shift + drawNormal(noise.of("observation"), 0, 0.5)],
  };
}

function source(shift: number) {
  return {
    prior: independent({ a: normal(0, 1) }),
    simulator: leveled({ name: "line", thetaDim: 1, xDim: 1, levels: [line(shift, 1), line(0, 30)] }),
  };
}

const HOW = { align: false, estimator: LINEAR, learningRate: 0.02, steps: 600 } as const;

function aloneOf(n: number) {
  const { prior, simulator } = source(0);
  const theta = prior.sample(key(2), n);
  return { theta, x: simulator.simulate(key(3), theta) };
}

Deno.test("compareLevels() scores what was not seen, and finds a biased level out", async () => {
  const pairs = await coupledSimulate(key(0), source(2), [1000, 200]);
  const { trainings, rows, text } = await compareLevels(key(1), pairs, {
    ...HOW,
    modes: ["pooled", "fine"],
    alone: aloneOf(1000),
  });
  const of = Object.fromEntries(trainings.map((one) => [one.name, one]));
  assertEquals([rows, trainings.length], [200, 3]);
  // The entropy of N(x 0.8, 0.2), within three standard errors of 200 rows.
  const exact = -0.5 * Math.log(2 * Math.PI * Math.E * 0.2);
  const tolerance = 3 * Math.sqrt(0.5 / 200) + 0.05;
  assertAlmostEquals(of.alone!.score, exact, tolerance);
  assertAlmostEquals(of.fine!.score, exact, tolerance);
  // Five in six rows are two too large: by 1.6 of θ, of variance 0.2.
  assert(of.pooled!.score < exact - 0.5, `${of.pooled!.score}`);
  assert(of.pooled!.behind.mean > 5 * of.pooled!.behind.error);
  assertEquals(trainings[0]!.behind, { mean: 0, error: 0 });
  assertMatch(text, /^(Use the finest level alone|fine is ahead of 1000 runs)/);
});

Deno.test("compareLevels() says when levels pay", async () => {
  const pairs = await coupledSimulate(key(4), source(0), [2000, 20]);
  const { text } = await compareLevels(key(5), pairs, { ...HOW, modes: ["pooled"], alone: aloneOf(8) });
  assertMatch(text, /^Use pooled: it is ahead of 8 runs of the finest level alone by/);
});

Deno.test("compareLevels() judges every method", async () => {
  const pairs = await coupledSimulate(key(6), source(0.1), [200, 40]);
  for (const method of ["npe", "nle", "nre", "ace"] satisfies LevelsMethod[]) {
    let told = 0;
    const { trainings, text } = await compareLevels(key(7), pairs, {
      method,
      folds: 2,
      steps: 20,
      onProgress: ({ done, total }) => {
        assertEquals([++told, total], [done, 2 * LEVELS_MODES.length]);
      },
    });
    assertEquals(trainings.map(({ name }) => name).toSorted(), LEVELS_MODES.toSorted());
    assert(trainings.every(({ score }) => Number.isFinite(score)), method);
    assertMatch(text, /finest level alone|the fine rows of the pairs/);
    assertEquals(told, 2 * LEVELS_MODES.length);
  }
});

Deno.test("compareLevels() refuses folds, modes and runs that do not fit", async () => {
  const pairs = await coupledSimulate(key(8), source(0), [40, 10]);
  const refused = (options: Parameters<typeof compareLevels>[2], says: string) =>
    assertRejects(() => compareLevels(key(9), pairs, options), Error, says);
  await refused({ folds: 11 }, "folds must be a whole number in [2, 10]");
  await refused({ modes: [] }, "the number of modes");
  const { theta, x } = aloneOf(5);
  await refused({ modes: ["fine"], alone: { theta, x: { ...x, n: 4 } } }, "rows of x of alone");
  await refused({ modes: ["fine"], alone: { theta, x: { ...x, dim: 2 } } }, "x of alone");
});
