/** Training on levels, against posteriors in closed form. */

import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Batch,
  coupledSimulate,
  decodeArtifact,
  drawNormal,
  drawPoisson,
  encodeArtifact,
  type Engine,
  foldIn,
  fromRows,
  fusedEngine,
  gatherRows,
  independent,
  key,
  leveled,
  type LevelPairs,
  LEVELS_MODES,
  type LevelsMethod,
  mean,
  nll,
  type Noise,
  normal,
  points,
  posterior,
  summary,
  trainLevels,
  UnsupportedError,
} from "@likely/sbi";
import { combineLevels } from "@likely/multilevel";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "@likely/surrogates/checkpoint";
import { type TelescopedBatch, telescopedLoss } from "../recipes/_telescoped.ts";
import { LINEAR } from "./_linear_task.ts";

/** x = a + noise; the cheap level shrinks and shifts it, and is noisier by a little of its own. */
function line(slope: number, shift: number, cost: number, own = 0) {
  return {
    cost,
    simulate: (noise: Noise, [a]: Float64Array) => [
      slope * a! + shift + drawNormal(noise.of("observation"), 0, 0.5) + own * drawNormal(noise.of("own")),
    ],
  };
}

const SOURCE = {
  prior: independent({ a: normal(0, 1) }),
  simulator: leveled({
    name: "line",
    thetaDim: 1,
    xDim: 1,
    levels: [line(0.8, 0.6, 1, 0.1), line(0.95, 0.1, 4), line(1, 0, 30)],
  }),
};
const TWO = { ...SOURCE, simulator: { ...SOURCE.simulator, levels: SOURCE.simulator.levels.slice(1) } };
const PAIRS = await coupledSimulate(key(0), TWO, [1500, 60]);
const LINES = { estimator: LINEAR, learningRate: 0.02, steps: 1200 };

/** The posterior N(0.8 x, 0.2) by a trained surrogate: mean in sds away, log sd off. */
async function missed(artifact: Parameters<typeof posterior>[0], x: number) {
  using given = await posterior(artifact, [x]);
  const [row] = summary(await given.sample(key(5), 4000));
  const sd = Math.sqrt(0.2);
  return { mean: (row!.mean - 0.8 * x) / sd, sd: Math.log(row!.sd / sd) };
}

const TELESCOPED = ["plain", "weighted", "control_variate"] as const;

for (const method of ["npe", "nle"] as const) {
  for (const mode of TELESCOPED) {
    Deno.test(`${method} by ${mode} levels has the posterior of the finest`, async () => {
      const { artifact } = await trainLevels(key(1), PAIRS, { method, mode, ...LINES });
      for (const x of [-1, 0.3, 1.5]) {
        const { mean, sd } = await missed(artifact, x);
        // 60 pairs that differ by 0.05 a: what they leave open is small beside the 1,500 of one level.
        assert(Math.abs(mean) < 0.35 && Math.abs(sd) < 0.2, `${x}: ${mean}, ${sd}`);
      }
    });
  }
}

Deno.test("three levels telescope, and nre and ace learn from them too", async () => {
  const pairs = await coupledSimulate(key(2), SOURCE, [1500, 200, 60]);
  const { artifact } = await trainLevels(key(1), pairs, { method: "nle", ...LINES });
  const { mean, sd } = await missed(artifact, 1);
  assert(Math.abs(mean) < 0.35 && Math.abs(sd) < 0.2, `${mean}, ${sd}`);
  const trunk = { kind: "mlp", hidden: [32], activation: "silu" } as const;
  const ratio = await trainLevels(key(1), pairs, { method: "nre", trunk, steps: 1500 });
  const found = await missed(ratio.artifact, 1);
  assert(Math.abs(found.mean) < 0.5 && Math.abs(found.sd) < 0.35, `${found.mean}, ${found.sd}`);
  // β = 2 makes a squared difference the log-likelihood of sd 0.5, but for noise that is the same everywhere.
  const cost = await trainLevels(key(1), pairs, { method: "ace", trunk });
  assertEquals([ratio.artifact.kind, cost.artifact.kind], ["ratio", "cost"]);
  using given = await posterior(cost.artifact, [1], { beta: 2 });
  const [row] = summary(await given.sample(key(6), 4000));
  assertAlmostEquals(row!.mean, 0.8, 0.2);
  assertAlmostEquals(Math.log(row!.sd / Math.sqrt(0.2)), 0, 0.25);
});

Deno.test("without alignment a biased level alone would shift the posterior; differences take that away", async () => {
  const biased = await coupledSimulate(key(3), SOURCE, [1500, 1, 400]);
  const [low, , high] = biased.levels;
  // Straight from the lowest to the highest.
  const pairs: LevelPairs = {
    ...biased,
    levels: [low!, {
      ...high!,
      coarse: SOURCE.simulator.levels[0]!.simulate(foldIn(key(3), 2), high!.theta),
    }],
    costs: [1, 31],
  };
  // The same key as the pairs were simulated with is not to be had: simulate them anew on one.
  const theta = SOURCE.prior.sample(key(4), 400);
  const [coarse, , fine] = SOURCE.simulator.levels.map((level) => level.simulate(key(5), theta));
  const coupled: LevelPairs = {
    ...pairs,
    levels: [low!, { theta, fine: fine!, coarse: coarse!, failed: 0 }],
  };
  const how = { method: "nle", align: false, ...LINES } as const;
  const plain = await missed((await trainLevels(key(6), coupled, { ...how, mode: "plain" })).artifact, 0.5);
  const pooled = await missed((await trainLevels(key(6), coupled, { ...how, mode: "pooled" })).artifact, 0.5);
  assert(Math.abs(plain.mean) < 0.5, `${plain.mean}`);
  // x is 0.6 too large at the cheap level, where nearly all rows are: more than an sd of the posterior.
  assert(Math.abs(pooled.mean) > 0.8, `${pooled.mean}`);
  // Before it is corrected it is the cheap level's; a step from nothing is nobody's.
  const start = { ...how, mode: "plain", steps: 1 } as const;
  const warm = await missed((await trainLevels(key(6), coupled, start)).artifact, 0.5);
  assert(Math.abs(warm.mean) > 0.8 && Math.abs(warm.sd) < 0.5, `${warm.mean}, ${warm.sd}`);
  const cold = await trainLevels(key(6), coupled, { ...start, warmStart: false });
  assert(Math.abs((await missed(cold.artifact, 0.5)).sd) > 0.5);
});

Deno.test("both halves of a pair have its θ, its minibatch and its pairing", async () => {
  const pairs = await coupledSimulate(key(7), SOURCE, [100, 40, 20]);
  const loss = telescopedLoss({
    ...nll(),
    assemble: (_, data, rows): Batch => ({
      theta: gatherRows(data.theta, rows),
      x: gatherRows(data.x, rows),
      atoms: 1,
    }),
  }, { levels: pairs.levels, trials: 2, batchSize: 8, share: 0.1 });
  const top = pairs.levels[2]!;
  // Each row comes twice: of the pairs 3, 1 and 7.
  const rows = Uint32Array.of(7, 2, 14);
  const twice = Uint32Array.from({ length: 40 }, (_, i) => i >> 1);
  const data = { theta: gatherRows(top.theta, twice), x: gatherRows(top.fine, twice), failed: 0 };
  const { parts: partsOf, judges, theta, x } = loss.assemble(
    key(8),
    data,
    rows,
  ) as TelescopedBatch;
  const parts = partsOf();
  assertEquals(parts.map(({ x }) => x.n), [8, 8, 8, 3, 3]);
  assertEquals([theta, x], [parts[3]!.theta, parts[3]!.x]);
  assertEquals(parts[4]!.x, gatherRows(top.coarse!, [3, 1, 7]));
  assertEquals([parts[1]!.theta, parts[3]!.theta], [parts[2]!.theta, parts[4]!.theta]);
  assert(parts[0]!.theta.data.every((value) => !parts[1]!.theta.data.includes(value)));
  // Judged by rows that no step sees, at the lower levels too.
  const judged = judges!();
  assertEquals(judged.map(({ x }) => x.n), [8, 4, 4, 3, 3]);
  const seen = new Set<number>();
  for (let k = 0; k < 200; k++) {
    const batch = loss.assemble(
      key(k),
      data,
      rows,
    ) as TelescopedBatch;
    for (const { theta } of batch.parts().slice(0, 3)) theta.data.forEach((value) => seen.add(value));
  }
  assertEquals(seen.size, 90 + 36);
  assert(judged.slice(0, 3).every(({ theta }) => theta.data.every((value) => !seen.has(value))));
});

Deno.test("the telescoped loss of a fixed network is that of the finest level, on average", async () => {
  const spec = { ...LINEAR, thetaDim: 1, xDim: 1, target: "x" } as const;
  const { artifact } = await trainLevels(key(1), PAIRS, { method: "nle", ...LINES, steps: 20 });
  const many = await coupledSimulate(key(9), TWO, [20_000, 4000]);
  using density = await fusedEngine().density({ ...artifact, spec });
  const lossOf = (x: typeof PAIRS.levels[0]["fine"], theta: typeof x) =>
    density.logDensity(x, theta).map((v) => -v);
  const [low, high] = many.levels;
  const cheap = lossOf(low!.fine, low!.theta);
  const coarse = lossOf(high!.coarse!, high!.theta);
  const differences = lossOf(high!.fine, high!.theta).map((f, i) => f - coarse[i]!);
  const { value } = combineLevels("plain", { levels: 1 });
  const found = value([mean(cheap), mean(differences), 0]);
  const theta = SOURCE.prior.sample(key(10), 40_000);
  const truth = lossOf(SOURCE.simulator.simulate(key(11), theta), theta);
  const variance = (v: Float64Array, centre = mean(v)) => mean(v.map((u) => (u - centre) ** 2));
  const errors = [variance(cheap) / 20_000, variance(differences) / 4000, variance(truth) / 40_000];
  assertAlmostEquals(found, mean(truth), 3 * Math.sqrt(errors.reduce((a, b) => a + b)));
  // And that is what coupling is for.
  assert(variance(differences) < variance(truth) / 5);
});

Deno.test("every mode of every method trains, says so, and gives the same for the same key", async () => {
  const trunk = { kind: "mlp", hidden: [8], activation: "silu" } as const;
  for (const method of ["npe", "nle", "nre", "ace"] satisfies LevelsMethod[]) {
    for (const mode of LEVELS_MODES) {
      const how = {
        method,
        mode,
        steps: 12,
        ...(method === "npe" || method === "nle" ? { estimator: LINEAR } : { trunk }),
      };
      const { artifact, history } = await trainLevels(key(12), PAIRS, how);
      const { provenance: { levels, simulations } } = decodeArtifact(encodeArtifact(artifact));
      assertEquals([levels, simulations], [{ mode, counts: [1500, 60], cost: 1500 * 4 + 60 * 34 }, 1560]);
      assert([...history.train, ...history.validation].every(Number.isFinite), `${method}, ${mode}`);
      assertEquals((await trainLevels(key(12), PAIRS, how)).artifact.weights, artifact.weights);
    }
  }
});

Deno.test("pairs that are learned by heart stop the training, and it is told", async () => {
  const few = await coupledSimulate(key(13), TWO, [2000, 12]);
  const large = { kind: "maf", transforms: 3, hidden: [64, 64], activation: "silu" } as const;
  const how = { estimator: large, mode: "plain", steps: 6000, schedule: "constant" } as const;
  const { artifact, warnings } = await trainLevels(key(14), few, { ...how, memorised: 1 });
  const told = warnings.find((text) => text.startsWith("After "));
  assertMatch(told!, /^After \d+ steps the coarse halves of level 1 .* 12 pairs were being learned by heart/);
  assert(artifact.provenance.warnings!.includes(told!));
  assert(artifact.provenance.training.epochs < 6000 / 40);
  // Whatever stops it, what is kept is as good as what was set aside says.
  const { mean } = await missed(artifact, 1);
  assert(Math.abs(mean) < 1.5, `${mean}`);
});

Deno.test("training that is stopped anywhere goes on bit for bit", async () => {
  for (const mode of LEVELS_MODES) {
    const how = { mode, estimator: LINEAR, steps: 100 } as const;
    const files: Uint8Array[] = [];
    const { artifact, history } = await trainLevels(key(12), PAIRS, {
      ...how,
      checkpointEvery: 17,
      onCheckpoint: (checkpoint) => void files.push(encodeCheckpoint(checkpoint)),
    });
    assert(files.length > 6);
    for (const at of [0, files.length >> 1, files.length - 2]) {
      const resume = decodeCheckpoint(files[at]!);
      const resumed = await trainLevels(key(12), PAIRS, { ...how, resume });
      assertEquals(resumed.artifact.weights, artifact.weights, `${mode}, ${at} of ${files.length}`);
      assertEquals(resumed.history, history);
    }
    const other = mode === "plain" ? "weighted" : "plain";
    await assertRejects(
      () => trainLevels(key(12), PAIRS, { ...how, mode: other, resume: decodeCheckpoint(files.at(-2)!) }),
      RangeError,
      "Cannot resume training as",
    );
  }
});

Deno.test("a checkpoint that remembers too little is refused", async () => {
  const how = { estimator: LINEAR, steps: 100, mode: "weighted" } as const;
  const kept: TrainingCheckpoint[] = [];
  await trainLevels(key(12), PAIRS, { ...how, onCheckpoint: (checkpoint) => void kept.push(checkpoint) });
  const [{ state, ...rest }] = kept as [TrainingCheckpoint];
  await assertRejects(
    () => trainLevels(key(12), PAIRS, { ...how, resume: { ...rest, state: { ...state, memory: [1] } } }),
    RangeError,
    "Cannot resume training on levels as its checkpoint must remember",
  );
});

Deno.test("counts stay whole where a density is of them, though levels are aligned", async () => {
  const counts = (times: number) => ({
    cost: 1,
    simulate: (noise: Noise, [a]: Float64Array) => [drawPoisson(noise.of("count"), times * Math.exp(a!))],
  });
  const simulator = leveled({ name: "counts", thetaDim: 1, xDim: 1, levels: [counts(3), counts(4)] });
  const pairs = await coupledSimulate(key(16), { prior: SOURCE.prior, simulator }, [400, 60]);
  const { artifact } = await trainLevels(key(17), pairs, { method: "nle", steps: 50 });
  assertEquals(artifact.scaling.x.whole, [true]);
});

Deno.test("what failed is told by level, and unmatched pairs are", async () => {
  const { levels } = PAIRS;
  const [low, high] = levels;
  const shuffled = gatherRows(high!.coarse!, Uint32Array.from({ length: 60 }, (_, i) => (i + 1) % 60));
  const wrong = { ...PAIRS, levels: [low!, { ...high!, coarse: shuffled, failed: 3 }] };
  const { warnings } = await trainLevels(key(15), wrong, { ...LINES, steps: 10 });
  assert(warnings.includes("3 of 63 rows of level 1 failed and are left out"), warnings.join("\n"));
  assert(
    warnings.some((text) => text.includes("seem not to share their random numbers")),
    warnings.join("\n"),
  );
});

const answers = points(Float64Array.from({ length: 60 }, (_, i) => i % 2), 1);
const REFUSED: readonly (readonly [what: string, pairs: LevelPairs, options: object, says: string])[] = [
  [
    "one level",
    { ...PAIRS, levels: PAIRS.levels.slice(0, 1) },
    {},
    "the number of levels must be a whole number >= 2",
  ],
  [
    "costs of other levels",
    { ...PAIRS, costs: [1] },
    {},
    "the number of costs must be a whole number in [2, 2]",
  ],
  ["an unknown mode", PAIRS, { mode: "magic" }, "mode must be one of plain, weighted"],
  [
    "pairs without a coarse half",
    { ...PAIRS, levels: [PAIRS.levels[0]!, { ...PAIRS.levels[1]!, coarse: undefined } as never] },
    {},
    "level 1 must have as many rows of theta, fine and coarse ones",
  ],
  [
    "too few pairs",
    {
      ...PAIRS,
      levels: [PAIRS.levels[0]!, {
        theta: fromRows([[1]]),
        fine: fromRows([[1]]),
        coarse: fromRows([[1]]),
        failed: 59,
      }],
    },
    {},
    "rows of the highest level must be a whole number >= 2: current value is 1",
  ],
  ["no steps", PAIRS, { steps: 0 }, "steps must be a whole number >= 1"],
  [
    "batches that do not fit",
    PAIRS,
    { batchSize: 55 },
    "batchSize must be a whole number in [1, 50]: current value is 55",
  ],
  [
    "categories",
    {
      ...PAIRS,
      levels: [{ ...PAIRS.levels[1]!, fine: answers, coarse: undefined } as never, {
        ...PAIRS.levels[1]!,
        fine: answers,
        coarse: answers,
      }],
    },
    { method: "nle" },
    "no column of x must hold categories",
  ],
];

for (const [what, pairs, options, says] of REFUSED) {
  Deno.test(`trainLevels() refuses ${what}`, () =>
    assertRejects(() => trainLevels(key(0), pairs, options), Error, says).then(() => {}));
}

Deno.test("trainLevels() refuses an engine that takes steps on one batch only", async () => {
  const fused = fusedEngine();
  const engine: Engine = {
    ...fused,
    trainStep: async (plan) => {
      const { stepOn: _, ...rest } = await fused.trainStep(plan) as never as Record<string, unknown>;
      return { name: "old", step: () => 0, evaluate: () => 0, [Symbol.dispose]: () => {}, ...rest } as never;
    },
  };
  await assertRejects(() => trainLevels(key(0), PAIRS, { engine }), UnsupportedError, "one batch only");
});
