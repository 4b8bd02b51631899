/** Posteriors and likelihoods that are learned as densities, from simulator to answer. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  calibrate,
  decodeArtifact,
  defaultEngine,
  drawCategorical,
  drawNormal,
  drawPoisson,
  encodeArtifact,
  type EstimatorSpec,
  exponential,
  fromRows,
  gatherRows,
  gaussianLinear,
  heldOutRows,
  independent,
  key,
  type Loss,
  nle,
  nll,
  normal,
  npe,
  plainDensity,
  type Points,
  points,
  posterior,
  type Prior,
  simulate,
  simulator,
  split,
  summary,
  type TrainingCheckpoint,
  trainLikelihood,
  trainPosterior,
  uniform,
} from "@likely/sbi";
import { LINEAR, linearTask } from "./_linear_task.ts";

const SMALL: EstimatorSpec = { kind: "maf", transforms: 2, hidden: [16], activation: "silu" };

/** One parameter seen through noise of sd 0.5; its prior ends at both sides, or at one. */
const boxed = {
  prior: independent({ a: uniform(-1, 2), b: exponential(2) }),
  simulator: simulator({
    name: "boxed",
    thetaDim: 2,
    xDim: 2,
    simulate: (random, [a, b]) => [a! + drawNormal(random, 0, 0.5), b! + drawNormal(random, 0, 0.2)],
  }),
};

Deno.test("npe() of a linear Gaussian task has the exact mean and covariance", async () => {
  const task = gaussianLinear();
  const { artifact } = await npe(key(0), task, { simulations: 5000, maxEpochs: 15, estimator: LINEAR });
  const x = task.simulator.simulate(key(1), task.prior.sample(key(2), 1)).data;
  using given = await posterior(artifact, x);
  const n = 4000;
  const draws = await given.sample(key(3), n);
  const sd = Math.sqrt(0.05); // N(x / 2, 0.05 I)
  const rows = summary(draws);
  // 5,000 pairs tell a mean to sd √(11 / 5000) = 0.05 sd, draws to 0.016 sd.
  rows.forEach((row, j) => {
    assertAlmostEquals(row.mean, x[j]! / 2, 4 * 0.05 * sd, row.name);
    // Its logarithm is linear in x too: 11 numbers, each to 1/√9000.
    assertAlmostEquals(Math.log(row.sd / sd), 0, 4 * Math.sqrt(11 / 9000), row.name);
  });
  for (let j = 1; j < 10; j++) {
    let covariance = 0;
    for (let i = 0; i < n; i++) {
      covariance += (draws.values[i * 10]! - rows[0]!.mean) * (draws.values[i * 10 + j]! - rows[j]!.mean) / n;
    }
    // Correlations of 4,500 pairs and of 4,000 draws.
    assertAlmostEquals(covariance / sd ** 2, 0, 4 * Math.sqrt(1 / 4500 + 1 / n), rows[j]!.name);
  }
});

Deno.test("a posterior's draws are inside the prior, its density sums to one there and is that of the draws", async () => {
  const { artifact } = await npe(key(4), boxed, { simulations: 2000, maxEpochs: 10, estimator: SMALL });
  assertEquals([artifact.scaling.theta.log, artifact.scaling.theta.upper], [[-1, 0], [2, null]]);
  // Data near both lower ends: mass presses against them.
  using given = await posterior(artifact, [-1.2, 0.05]);
  const draws = await given.sample(key(5), 20_000);
  assertEquals([draws.chains, draws.length, draws.info.sampler], [1, 20_000, "direct"]);
  for (let i = 0; i < draws.length; i++) {
    const [a, b] = draws.values.subarray(2 * i, 2 * i + 2);
    assert(a! > -1 && a! < 2 && b! > 0, `${a}, ${b}`);
  }
  const cells = 400;
  const grid = points(
    Float64Array.from({ length: 2 * cells ** 2 }, (_, k) => {
      const i = k >> 1;
      return k % 2 === 0 ? -1 + 3 * (i % cells + 0.5) / cells : 2 * (Math.floor(i / cells) + 0.5) / cells;
    }),
    2,
  );
  const mass = given.logDensity!(grid).map((value) => Math.exp(value) * 3 / cells * 2 / cells);
  assertAlmostEquals(mass.reduce((sum, value) => sum + value, 0), 1, 0.01);
  const mean = mass.reduce((sum, value, i) => sum + value * grid.data[2 * i]!, 0);
  const [first] = summary(draws);
  assertAlmostEquals(first!.mean, mean, 4 * first!.sd / Math.sqrt(draws.length) + 0.005);
  assertEquals(
    [...given.logDensity!(fromRows([[-1.1, 1], [2, 1], [0, -0.1]]))],
    new Array(3).fill(-Infinity),
  );
});

Deno.test("a posterior answers the same after the file", async () => {
  const { artifact } = await npe(key(6), boxed, { simulations: 300, maxEpochs: 2, estimator: SMALL });
  const read = decodeArtifact(encodeArtifact(artifact));
  assertEquals(read, artifact);
  using before = await posterior(artifact, [0, 1]);
  using after = await posterior(read, [0, 1]);
  assertEquals((await after.sample(key(7), 50)).values, (await before.sample(key(7), 50)).values);
});

Deno.test("posterior() of a learned posterior refuses what it was not learned for", async () => {
  const { artifact } = await npe(key(8), boxed, { simulations: 300, maxEpochs: 1, estimator: SMALL });
  const two = fromRows([[0, 1], [0, 1]]);
  await assertRejects(() => posterior(artifact, two), TypeError, "several observations");
  await assertRejects(() => posterior(artifact, [0, 1], { beta: 2 }), RangeError, "beta must be 1");
});

Deno.test("npe() by a mixture finds both modes of a parameter whose sign the data do not tell", async () => {
  const task = {
    prior: independent({ a: normal(0, 1), b: normal(0, 1) }),
    simulator: simulator({
      name: "squared",
      thetaDim: 2,
      xDim: 2,
      simulate: (
        random,
        [a, b],
      ) => [a! * a! + drawNormal(random, 0, 0.1), a! + b! + drawNormal(random, 0, 0.3)],
    }),
  };
  const { artifact } = await npe(key(20), task, {
    simulations: 4000,
    maxEpochs: 25,
    estimator: { kind: "mdn", components: 3, trunk: { kind: "mlp", hidden: [32, 32], activation: "silu" } },
  });
  const observed = [1, 0.5];
  using given = await posterior(artifact, observed);
  const { values } = await given.sample(key(21), 4000);
  const exact = exactSquared(task.prior, observed);
  for (const [name, f] of Object.entries(exact.functions)) {
    let mean = 0;
    for (let i = 0; i < 4000; i++) mean += f(values[2 * i]!, values[2 * i + 1]!) / 4000;
    // Shares to 0.06 are what 4,000 pairs leave; b is −0.5 in one mode and 1.5 in the other.
    assertAlmostEquals(mean, exact.means[name]!, name === "b" ? 0.12 : 0.06, name);
  }
});

/** Means under the posterior of `squared`, on a grid. */
function exactSquared(prior: Prior, [x1, x2]: readonly number[]) {
  const functions: Record<string, (a: number, b: number) => number> = {
    "the share of positive a": (a) => a > 0 ? 1 : 0,
    "the size of a": (a) => Math.abs(a),
    "b": (_, b) => b,
    "the sum": (a, b) => a + b,
  };
  const sums: Record<string, number> = {};
  let total = 0;
  for (let a = -4; a <= 4; a += 0.01) {
    for (let b = -4; b <= 4; b += 0.02) {
      const fit = ((x1! - a * a) / 0.1) ** 2 + ((x2! - a - b) / 0.3) ** 2;
      const weight = Math.exp(prior.logDensity(fromRows([[a, b]]))[0]! - fit / 2);
      total += weight;
      for (const [name, f] of Object.entries(functions)) sums[name] = (sums[name] ?? 0) + weight * f(a, b);
    }
  }
  return {
    functions,
    means: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / total])),
  };
}

Deno.test("trainPosterior() refuses theta outside its prior", async () => {
  const dataset = { theta: fromRows([[0, 1], [3, 1]]), x: fromRows([[0, 0], [1, 1]]), failed: 0 };
  await assertRejects(
    () => trainPosterior(key(22), { simulator: "boxed", prior: boxed.prior.spec, dataset }),
    RangeError,
    "theta must lie within its prior's support: row 1 has 3 in column 0, a",
  );
});

Deno.test("a posterior near its prior is calibrated", async () => {
  const task = linearTask(1);
  const { artifact } = await npe(key(9), task, { simulations: 4000, maxEpochs: 10, estimator: LINEAR });
  const found = await calibrate(key(10), artifact, task.simulator, { datasets: 200 });
  assert(found.sbc.pValue > 1e-3);
  assert(found.coverage.pValue > 1e-3);
});

Deno.test("nle() of a linear Gaussian task has the exact posterior of three observations", async () => {
  const task = {
    prior: independent({ a: normal(0, 1), b: normal(0, 1) }),
    simulator: simulator({
      name: "noisy",
      thetaDim: 2,
      xDim: 2,
      simulate: (random, [a, b]) => [a! + drawNormal(random), b! - a! + drawNormal(random, 0, 0.5)],
    }),
  };
  const { artifact } = await nle(key(11), task, { simulations: 4000, maxEpochs: 15, estimator: LINEAR });
  assertEquals(artifact.kind, "likelihood");
  using given = await posterior(artifact, fromRows([[1, 0], [0.4, 0.2], [1.3, -0.5]]));
  const rows = summary(await given.sample(key(12), 4000));
  // Precision I + 3 (a aᵀ + 4 c cᵀ), a = (1, 0), c = (−1, 1); times the mean: 3 (a x̄₁ + 4 c x̄₂).
  const [x1, x2] = [0.9, -0.1];
  const [p11, p12, p22] = [1 + 3 + 12, -12, 1 + 12];
  const det = p11 * p22 - p12 * p12;
  const [h1, h2] = [3 * x1 - 12 * x2, 12 * x2];
  const mean = [(p22 * h1 - p12 * h2) / det, (p11 * h2 - p12 * h1) / det];
  const sd = [Math.sqrt(p22 / det), Math.sqrt(p11 / det)];
  // Of noise that is linear in θ too a sd is known to √(3 / 8000), and rows add their errors up.
  rows.forEach((row, j) => {
    assertAlmostEquals(row.mean, mean[j]!, 0.15 * sd[j]!, row.name);
    assertAlmostEquals(Math.log(row.sd / sd[j]!), 0, 4 * Math.sqrt(3 * 3 / 8000), row.name);
  });
});

Deno.test("trainLikelihood() uses scores when there are some, and they are worth many simulations", async () => {
  const task = gaussianLinear();
  const dataset = await simulate(key(13), task, 600, { score: true });
  const pairs = { simulator: "gaussian_linear", prior: task.prior.spec, dataset };
  const fresh = await simulate(key(23), task, 1000);
  const exact = task.simulator.logLikelihood!(fresh.theta, fresh.x);
  const missed = async (loss?: Loss) => {
    const how = { maxEpochs: 20, estimator: SMALL, ...(loss && { loss }) };
    const { artifact } = await trainLikelihood(key(14), pairs, how);
    assertEquals(artifact.provenance.loss.name, loss ? "nll" : "nll_score");
    const found = plainDensity(artifact).logDensity(fresh.x, fresh.theta);
    return exact.reduce((sum, value, i) => sum + (value - found[i]!) / 1000, 0);
  };
  const [without, withThem] = [await missed(nll()), await missed()];
  // Nats of relative entropy: a third and less. It was 0.27 and 0.04 of 1,000 pairs.
  assert(withThem > 0 && withThem < without / 3, `${withThem} of ${without}`);
});

Deno.test("trainLikelihood() learns positive x between its ends", async () => {
  const prior = independent({ rate: uniform(0.5, 2) });
  const waits = simulator({
    name: "waits",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [rate]) => [-Math.log(1 - random.uniform()) / rate!],
  });
  const dataset = await simulate(key(15), { prior, simulator: waits }, 4000);
  const found = await trainLikelihood(key(16), { simulator: "waits", prior: prior.spec, dataset }, {
    columns: [{ kind: "positive" }],
    maxEpochs: 15,
    estimator: {
      kind: "nsf",
      transforms: 1,
      bins: 8,
      span: 4,
      trunk: { kind: "mlp", hidden: [16], activation: "silu" },
    },
  });
  assertEquals(found.artifact.scaling.x.log, [0]);
  using given = await posterior(found.artifact, [0.7]);
  const values = given.logDensity!(fromRows([[0.6], [1.4]]));
  // log p(x | θ) = log θ − θ x, and the uniform prior adds the same to both.
  const exact = Math.log(1.4 / 0.6) - 0.8 * 0.7;
  assertAlmostEquals(values[1]! - values[0]!, exact, 0.1);
  await assertRejects(
    () =>
      trainLikelihood(key(16), { simulator: "waits", prior: prior.spec, dataset }, {
        columns: [{ kind: "interval", low: 0, high: 1 }],
      }),
    RangeError,
    "column 0 of x must be in (0, 1)",
  );
});

Deno.test("trainLikelihood() learns the probabilities of counts and of categories", async () => {
  const prior = independent({ rate: uniform(0.5, 6) });
  // A count, and which of three things happened.
  const odds = (rate: number) => [1, rate, 4].map((w) => w / (5 + rate));
  const mixed = simulator({
    name: "mixed",
    thetaDim: 1,
    xDim: 2,
    simulate: (random, [rate]) => [drawPoisson(random, rate!), drawCategorical(random, odds(rate!))],
  });
  const dataset = await simulate(key(17), { prior, simulator: mixed }, 4000);
  const pairs = { simulator: "mixed", prior: prior.spec, dataset };
  const { artifact } = await trainLikelihood(key(18), pairs, {
    columns: [{ kind: "count" }, { kind: "category", categories: 3 }],
    batchSize: 200,
    learningRate: 6e-3,
    maxEpochs: 20,
    estimator: {
      kind: "nsf",
      transforms: 2,
      bins: 10,
      span: 3,
      trunk: { kind: "mlp", hidden: [24], activation: "silu" },
    },
  });
  // Of the numbers given the category.
  assertEquals(artifact.provenance.loss.options, { whole: "0" });
  assertEquals(decodeArtifact(encodeArtifact(artifact)).scaling.x.whole, [true, true]);
  using density = await defaultEngine().density(artifact);
  for (const rate of [1, 3]) {
    let poisson = Math.exp(-rate);
    for (let count = 0; count < 8; count++) {
      const found = density.logDensity(fromRows([0, 1, 2].map((c) => [count, c])), fromRows([[rate]]));
      // Of probabilities up to 0.25; a share of 4,000 pairs near this rate is known to 0.02.
      odds(rate).forEach((share, c) => assertAlmostEquals(Math.exp(found[c]!), poisson * share, 0.05));
      poisson *= rate / (count + 1);
    }
  }
  const draws = density.sample(key(19), 4000, fromRows([[3]]));
  assert(
    draws.data.every((value, k) => Number.isInteger(value) && value >= 0 && (k % 2 === 0 || value <= 2)),
  );
  for (const [category, share] of odds(3).entries()) {
    const found = draws.data.filter((value, k) => k % 2 === 1 && value === category).length / 4000;
    assertAlmostEquals(found, share, 0.06);
  }
});

/** A log-normal amount, four decades wide, and how often something happened at that rate. */
const amounts = {
  prior: independent({ a: normal(0, 1) }),
  simulator: simulator({
    name: "amounts",
    thetaDim: 1,
    xDim: 2,
    simulate: (random, [a]) => [Math.exp(3 * a! + drawNormal(random, 0, 0.3)), drawPoisson(random, 2)],
  }),
};

Deno.test("npe() finds a parameter from an amount with a long tail, small amounts included", async () => {
  const { artifact } = await npe(key(22), amounts, { simulations: 4000, maxEpochs: 15 });
  assertEquals(artifact.scaling.x.log, [0, null]);
  const sd = 1 / Math.sqrt(1 + (3 / 0.3) ** 2);
  for (const [i, log] of [-3, 0, 3].entries()) {
    using given = await posterior(artifact, [Math.exp(log), 2]);
    const [row] = summary(await given.sample(key(23 + i), 4000));
    assertAlmostEquals(row!.mean, 10 * sd * sd * log / 0.3, 0.4 * sd, `mean at ${log}`);
    assertAlmostEquals(row!.sd / sd, 1, 0.25, `sd at ${log}`);
  }
});

Deno.test("posterior() refuses an observation where no simulation can be", async () => {
  const { artifact } = await npe(key(26), amounts, { simulations: 300, maxEpochs: 1, estimator: SMALL });
  await assertRejects(() => posterior(artifact, [0, 2]), RangeError, "column 0 must be in (0, Infinity)");
});

Deno.test("nle() tells counts and positive numbers by itself", async () => {
  const { artifact } = await nle(key(27), amounts, { simulations: 300, maxEpochs: 1, estimator: SMALL });
  const { log, whole } = artifact.scaling.x;
  assertEquals({ log, whole }, { log: [0, -0.5], whole: [false, true] });
  const all = { columns: [{ kind: "real" }, { kind: "real" }] } as const;
  const asTold = await nle(key(27), amounts, { simulations: 300, maxEpochs: 1, estimator: SMALL, ...all });
  assertEquals(asTold.artifact.scaling.x.log, undefined);
});

/** An answer whose logit is a, and a time that depends on both. */
const answers = {
  prior: independent({ a: normal(0, 1) }),
  simulator: simulator({
    name: "answers",
    thetaDim: 1,
    xDim: 2,
    simulate: (random, [a]) => {
      const answer = random.uniform() < 1 / (1 + Math.exp(-a!)) ? 1 : 0;
      return [answer, Math.exp(drawNormal(random, answer === 1 ? a! : -0.5, 0.5))];
    },
  }),
};

/** Posterior mean and sd of `answers` by quadrature. */
function exactAnswers(x: Points): readonly [mean: number, sd: number] {
  const at = Array.from({ length: 4000 }, (_, i) => -6 + 12 * (i + 0.5) / 4000);
  const logs = at.map((a) => {
    let sum = -a * a / 2;
    for (let i = 0; i < x.n; i++) {
      const [answer, time] = [x.data[2 * i]!, x.data[2 * i + 1]!];
      const away = (Math.log(time) - (answer === 1 ? a : -0.5)) / 0.5;
      sum -= Math.log1p(Math.exp(answer === 1 ? -a : a)) + away * away / 2;
    }
    return sum;
  });
  const top = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - top));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = weights.reduce((sum, w, i) => sum + w * at[i]! / total, 0);
  return [mean, Math.sqrt(weights.reduce((sum, w, i) => sum + w * (at[i]! - mean) ** 2 / total, 0))];
}

Deno.test("nle() of answers and times: any number of trials, against quadrature", async () => {
  const { artifact } = await nle(key(30), answers, { simulations: 4000, maxEpochs: 15 });
  assertEquals([artifact.spec.kind, artifact.provenance.trials], ["mixed", undefined]);
  for (const n of [1, 30]) {
    const x = answers.simulator.simulate(key(31), fromRows(new Array(n).fill([0.7])));
    using given = await posterior(artifact, x, { warmup: 300 });
    const [found] = summary(await given.sample(key(32), 4000));
    const [mean, sd] = exactAnswers(x);
    // 3,600 pairs tell a mean of the likelihood to 1/60 of one trial's sd, which is √n / 60 of the posterior's.
    assertAlmostEquals(found!.mean, mean, 4 * sd * Math.hypot(Math.sqrt(n) / 60, 1 / 30), `mean of ${n}`);
    assertAlmostEquals(found!.sd / sd, 1, 0.15, `sd of ${n}`);
  }
});

Deno.test("nle() of simulations of many trials learns the likelihood of one, from all of them", async () => {
  const trials = 12;
  const many = {
    prior: answers.prior,
    simulator: simulator({
      name: "many answers",
      thetaDim: 1,
      xDim: 2 * trials,
      simulate: (random, [a]) =>
        Array.from({ length: trials }, () => {
          const answer = random.uniform() < 1 / (1 + Math.exp(-a!)) ? 1 : 0;
          return [answer, Math.exp(drawNormal(random, answer === 1 ? a! : -0.5, 0.5))];
        }).flat(),
    }),
  };
  const { artifact, dataset } = await nle(key(33), many, { simulations: 600, trials });
  assertEquals(dataset.x.dim, 24);
  const { simulations, trials: pooled } = artifact.provenance;
  assertEquals([artifact.spec.xDim, simulations, pooled], [2, 600, trials]);
  assertEquals(decodeArtifact(encodeArtifact(artifact)).provenance.trials, trials);
  const x = answers.simulator.simulate(key(34), fromRows(new Array(30).fill([-0.4])));
  using given = await posterior(artifact, x, { warmup: 300 });
  const [found] = summary(await given.sample(key(35), 4000));
  const [mean, sd] = exactAnswers(x);
  // As many pairs as 7,200 simulations of one trial.
  assertAlmostEquals(found!.mean, mean, 4 * sd * Math.hypot(Math.sqrt(30) / 80, 1 / 30));
  assertAlmostEquals(found!.sd / sd, 1, 0.15);
});

Deno.test("trials of one simulation are trained on or set aside together, and halved together", async () => {
  const held = heldOutRows(key(36), 600, { trials: 6 });
  assertEquals(held.length, 60);
  const runs = new Set([...held].map((i) => Math.floor(i / 6)));
  assertEquals(runs.size, 10);
  const [forData, forTraining] = split(key(37), 2);
  const dataset = await simulate(forData, answers, 300);
  const pairs = {
    simulator: "pairs",
    prior: answers.prior.spec,
    // Three trials a row: of three rows one.
    dataset: {
      theta: gatherRows(dataset.theta, Array.from({ length: 100 }, (_, i) => 3 * i)),
      x: points(dataset.x.data, 6),
      failed: 0,
    },
  };
  const how = { trials: 3, half: true, maxEpochs: 2, estimator: SMALL } as const;
  const { artifact } = await trainLikelihood(forTraining, pairs, how);
  const [advice] = artifact.provenance.advice!;
  assert(advice!.startsWith("Beside 90 simulations 45 were trained on"), advice);
});

Deno.test("a training on categories that was stopped goes on bit for bit", async () => {
  const dataset = await simulate(key(38), answers, 400);
  const pairs = { simulator: "answers", prior: answers.prior.spec, dataset };
  const how = { maxEpochs: 4, estimator: SMALL };
  const whole = await trainLikelihood(key(39), pairs, how);
  const checkpoints: TrainingCheckpoint[] = [];
  const control = new AbortController();
  await trainLikelihood(key(39), pairs, {
    ...how,
    signal: control.signal,
    onCheckpoint: (checkpoint) => {
      checkpoints.push(checkpoint);
      if (checkpoint.epoch === 2) control.abort();
    },
  });
  const resumed = await trainLikelihood(key(39), pairs, { ...how, resume: checkpoints.at(-1)! });
  assertEquals(resumed.artifact.weights, whole.artifact.weights);
  assertEquals(resumed.history, whole.history);
});
