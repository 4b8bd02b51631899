// Posteriors whose callers can wait are evaluated on a GPU; chains, which cannot, by the module.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Artifact, type Engine, foldIn, type Points, split } from "@likely/core";
import { fusedEngine, webgpuEngine } from "@likely/kernels";
import { drawMany, posterior } from "@likely/posteriors";
import { fromRows, key, npe, nre } from "@likely/sbi";
import { webgpuTest } from "../kernels/_webgpu_test.ts";
import { linearTask } from "./_linear_task.ts";

/** x = θ + noise of sd 1/2, θ ~ N(0, 1): the posterior is N(0.8 x, 0.2). */
const noisy = linearTask(0.5);
const X = fromRows([[-1.5], [0], [0.7]]);

/** An engine on a GPU, and how often somebody waited for it. */
function waitedFor(): { readonly engine: Engine; calls(): number } {
  let calls = 0;
  const gpu = webgpuEngine();
  return {
    calls: () => calls,
    engine: {
      ...gpu,
      logDensities: async (artifact: Artifact, x: Points) => {
        const all = await gpu.logDensities(artifact, x);
        return { ...all, evaluateAsync: (theta, options) => (calls++, all.evaluateAsync!(theta, options)) };
      },
      density: async (artifact: Artifact) => {
        const density = await gpu.density(artifact);
        return {
          ...density,
          sampleAsync: (key, n, condition) => (calls++, density.sampleAsync!(key, n, condition)),
        };
      },
    },
  };
}

function momentsOf(values: Float64Array): readonly [mean: number, variance: number] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
}

webgpuTest("direct draws wait for the GPU, and are those of the module", async () => {
  const { artifact } = await npe(key(0), noisy, { simulations: 1000, maxEpochs: 5 });
  const { engine, calls } = waitedFor();
  using ours = await posterior(artifact, [0.7], { engine });
  using theirs = await posterior(artifact, [0.7], { engine: fusedEngine() });
  const [draws, wanted] = [await ours.sample(key(1), 500), await theirs.sample(key(1), 500)];
  assertEquals(calls(), 1);
  draws.values.forEach((value, i) => assertAlmostEquals(value, wanted.values[i]!, 1e-3));
  const many = await drawMany(split(key(2), 3), artifact, X, { draws: 100, engine });
  assertEquals(calls(), 2);
  assertEquals(many.length, 3);
});

webgpuTest(
  "particles and proposals wait for the GPU and find the posterior; chains get along without",
  async () => {
    const { artifact } = await nre(key(0), noisy, { simulations: 500, maxEpochs: 5, learningRate: 2e-3 });
    for (const [how, fewest] of [[{}, 0], [{ smc: {} }, 3]] as const) {
      const { engine, calls } = waitedFor();
      const [ours] = await drawMany([key(1)], artifact, fromRows([[0.7]]), { draws: 1000, engine, ...how });
      assert(calls() > fewest);
      const [theirs] = await drawMany([key(2)], artifact, fromRows([[0.7]]), { draws: 1000, ...how });
      const [[mean, variance], [other, spread]] = [momentsOf(ours!.values), momentsOf(theirs!.values)];
      // Particles that were moved little are worth fewer draws: a tenth.
      const error = Math.sqrt((variance + spread) / 100);
      assert(Math.abs(mean - other) < 4 * error, `${mean} and ${other}, ± ${error}`);
    }
    using chains = await posterior(artifact, [0.7], { engine: waitedFor().engine, sampler: "nuts" });
    assertEquals((await chains.sample(foldIn(key(3), 0), 200)).values.length, 200);
  },
);
