import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  drawNormal,
  gridPosterior,
  independent,
  key,
  normal,
  nre,
  type NreOptions,
  type Points,
  refreshPairs,
  row,
  separableField,
  simulate,
  simulator,
  sisDiscrete,
  split,
  type TrainingCheckpoint,
  UntrainedError,
  zeros,
} from "@likely/sbi";

/** Mean and variance of every coordinate, weighed. */
function momentsOf({ data, n, dim }: Points, weights: Float64Array): { mean: number; variance: number }[] {
  return Array.from({ length: dim }, (_, j) => {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += weights[i]! * data[i * dim + j]!;
    let variance = 0;
    for (let i = 0; i < n; i++) variance += weights[i]! * (data[i * dim + j]! - mean) ** 2;
    return { mean, variance };
  });
}

/** One data set, n times. */
function repeated(x: Float64Array, n: number): Points {
  const all = zeros(n, x.length);
  for (let i = 0; i < n; i++) all.data.set(x, i * x.length);
  return all;
}

for (const [task, cells] of [[separableField(), 100], [sisDiscrete(), 40]] as const) {
  Deno.test(`moves by scores alone leave the exact posterior of ${task.name} as it is`, async () => {
    const { prior, simulator: { score, logLikelihood } } = task;
    const rows = 1000;
    const [forData, forStart, forMoves] = split(key(7), 3);
    const { x } = await simulate(forData, task, 2);
    for (let i = 0; i < x.n; i++) {
      const exact = gridPosterior(prior, (theta) => logLikelihood!(theta, repeated(row(x, i), theta.n)), {
        cells,
      });
      const start = { theta: await exact.sample(forStart, rows), x: repeated(row(x, i), rows), failed: 0 };
      const { theta, acceptance } = await refreshPairs(forMoves, start, {
        prior,
        score: score!,
        variants: 2,
        moves: 60,
        stepSize: 2.5,
      });
      assert(acceptance < 0.9 && acceptance > 0.3, `acceptance ${acceptance}`);
      const moved = { ...theta, data: theta.data.subarray(rows * theta.dim), n: rows };
      const truth = momentsOf(exact.nodes, exact.weights);
      momentsOf(moved, new Float64Array(rows).fill(1 / rows)).forEach(({ mean, variance }, j) => {
        const { mean: exactMean, variance: exactVariance } = truth[j]!;
        assert(
          Math.abs(mean - exactMean) < 4 * Math.sqrt(exactVariance / rows),
          `mean of ${j}: ${mean}, exactly ${exactMean}`,
        );
        // Kurtosis 4 stands in for that of all these posteriors.
        const error = exactVariance * Math.sqrt(3 / rows);
        assert(
          Math.abs(variance - exactVariance) < 4 * error,
          `variance of ${j}: ${variance}, exactly ${exactVariance}`,
        );
      });
    }
  });
}

const noisy = {
  prior: independent({ mu: normal(0, 1) }),
  simulator: simulator({
    name: "noisy",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [mu]) => [drawNormal(random, mu)],
    score: ([mu], [x]) => [x! - mu!],
  }),
};
const options: NreOptions = {
  simulations: 200,
  simulation: { score: true },
  refresh: { variants: 4 },
  maxEpochs: 4,
  trunk: { kind: "mlp", hidden: [8], activation: "silu" },
};

Deno.test("nre() refreshes pairs, says so, and is the same for the same key", async () => {
  const { artifact } = await nre(key(1), noisy, options);
  const { loss } = artifact.provenance;
  assertEquals([loss.name, loss.options.variants], ["bce_score", 4]);
  assertEquals((await nre(key(1), noisy, options)).artifact, artifact);
  const { refresh: _, ...plain } = options;
  assert(
    (await nre(key(1), noisy, plain)).history.train[0] !== artifact.provenance.training.history!.train[0],
  );
});

Deno.test("training on refreshed pairs resumes bit for bit", async () => {
  const checkpoints: TrainingCheckpoint[] = [];
  const whole = await nre(key(2), noisy, { ...options, onCheckpoint: (one) => void checkpoints.push(one) });
  const resumed = await nre(key(2), noisy, { ...options, resume: checkpoints[1]! });
  assertEquals(resumed.artifact.weights, whole.artifact.weights);
  await assertRejects(
    () => nre(key(2), noisy, { ...options, refresh: { variants: 5 }, resume: checkpoints[1]! }),
    UntrainedError,
    "loss",
  );
});

Deno.test("pairs of a simulator with joint scores alone are not refreshed, and the reason is told", async () => {
  const joint = simulator({
    name: "hidden",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [mu]) => [drawNormal(random, drawNormal(random, mu))],
    simulateScored: (random, [mu]) => {
      const hidden = drawNormal(random, mu);
      return { x: [drawNormal(random, hidden)], score: [hidden - mu!] };
    },
  });
  await assertRejects(
    () => nre(key(3), { prior: noisy.prior, simulator: joint }, options),
    TypeError,
    "a joint score holds at the theta that made x alone",
  );
});
