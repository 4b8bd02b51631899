/** Draws for many observations at once are those of each alone. */

import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  baseDraws,
  drawMany,
  type Engine,
  foldIn,
  fromRows,
  fusedEngine,
  key,
  nle,
  npe,
  posterior,
  split,
} from "@likely/sbi";
import { LINEAR, linearTask } from "./_linear_task.ts";

/** x = θ + noise of sd 1/2, θ ~ N(0, 1): the posterior is N(0.8 x, 0.2). */
const noisy = linearTask(0.5);

const X = fromRows([[-1.5], [0], [0.7]]);

/** Counts the calls that draw. */
function counting(engine: Engine): { readonly engine: Engine; calls(): number } {
  let calls = 0;
  return {
    calls: () => calls,
    engine: {
      ...engine,
      density: async (artifact: Artifact) => {
        const density = await engine.density(artifact);
        return {
          ...density,
          sample: (key, n, condition) => {
            calls++;
            return density.sample(key, n, condition);
          },
        };
      },
    },
  };
}

Deno.test("drawMany() of a posterior asks the engine once; each row's draws are those of posterior()", async () => {
  const { artifact } = await npe(key(0), noisy, {
    simulations: 3000,
    maxEpochs: 20,
    learningRate: 0.02,
    estimator: LINEAR,
  });
  const keys = split(key(1), 3);
  const { engine, calls } = counting(fusedEngine());
  const all = await drawMany(keys, artifact, X, { draws: 2000, engine });
  assertEquals(calls(), 1);
  for (const [i, draws] of all.entries()) {
    using given = await posterior(artifact, [X.data[i]!]);
    assertEquals(draws.values, (await given.sample(keys[i]!, 2000)).values);
    const mean = draws.values.reduce((a, b) => a + b) / 2000;
    // 2,000 draws of sd 0.45, and a line fitted to 2,700 pairs.
    assertAlmostEquals(mean, 0.8 * X.data[i]!, 4 * Math.sqrt(0.2) * (1 / Math.sqrt(2000) + 1 / 20));
  }
  assertEquals(
    (await drawMany([keys[2]], artifact, fromRows([[0.7]]), { draws: 2000 }))[0]!.values,
    all[2]!.values,
  );
});

Deno.test("drawMany() of a likelihood proposes to each posterior, or moves particles to it", async () => {
  const { artifact } = await nle(key(2), noisy, {
    simulations: 3000,
    maxEpochs: 20,
    learningRate: 0.02,
    estimator: LINEAR,
  });
  for (const [sampler, how] of [["importance", {}], ["smc", { smc: {} }]] as const) {
    const all = await drawMany(split(key(3), 3), artifact, X, { draws: 1000, ...how });
    all.forEach(({ values, length, info }, i) => {
      assertEquals([length, info.sampler], [1000, sampler]);
      const mean = values.reduce((a, b) => a + b) / length;
      assertAlmostEquals(mean, 0.8 * X.data[i]!, 4 * Math.sqrt(0.2) * (1 / Math.sqrt(500) + 1 / 20));
    });
  }
});

Deno.test("drawMany() refuses what does not fit", async () => {
  const { artifact } = await npe(key(4), noisy, { simulations: 300, maxEpochs: 1, estimator: LINEAR });
  const keys = split(key(5), 3);
  await assertRejects(() => drawMany(keys, artifact, fromRows([[0]])), TypeError, "keys must have length 1");
  await assertRejects(
    () => drawMany(keys, artifact, fromRows([[0], [NaN], [1]])),
    RangeError,
    "column 0 of row 1 is NaN",
  );
  await assertRejects(() => drawMany(keys, artifact, X, { draws: 0 }), RangeError, "draws must be");
  await assertRejects(() => drawMany(keys, artifact, X, { beta: 2 }), RangeError, "beta must be 1");
});

Deno.test("baseDraws() of several keys are those of each, components of mixtures too", () => {
  const trunk = { kind: "mlp", hidden: [], activation: "silu" } as const;
  const spec = { kind: "mdn", components: 2, trunk, thetaDim: 2, xDim: 1, target: "theta" } as const;
  const keys = [foldIn(key(6), 0), foldIn(key(6), 1)];
  const both = baseDraws(keys, spec, 6);
  keys.forEach((one, i) => {
    const { normal, share } = baseDraws(one, spec, 3);
    assertEquals(both.normal.data.slice(6 * i, 6 * i + 6), normal.data);
    assertEquals(both.share!.slice(3 * i, 3 * i + 3), share);
  });
});
