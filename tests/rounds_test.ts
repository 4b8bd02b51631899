/** Simulating and training in rounds, for one observation. */

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type Artifact,
  c2st,
  calibrate,
  decodeArtifact,
  drawMany,
  drawNormal,
  encodeArtifact,
  fromRows,
  fusedEngine,
  gatherRows,
  independent,
  initWeights,
  type Key,
  key,
  type Loss,
  nle,
  nll,
  normal,
  npe,
  nre,
  openSimulations,
  type Points,
  points,
  posterior,
  type Prior,
  row,
  simulator,
  stream,
  summary,
  trainPosterior,
  twoMoons,
  uniform,
  UntrainedError,
} from "@likely/sbi";
import { truncatedProposer } from "../recipes/_truncated_proposer.ts";
import { LINEAR, linearTask } from "./_linear_task.ts";

const SMALL = { maxEpochs: 20, learningRate: 0.02, estimator: LINEAR };

/** x = θ + noise of sd 0.1, θ ~ N(0, 1): the posterior is N(x, 0.01) / 1.01, a tenth of the prior. */
const sharp = {
  prior: independent({ a: normal(0, 1), b: normal(0, 1) }),
  simulator: simulator({
    name: "sharp",
    thetaDim: 2,
    xDim: 2,
    simulate: (random, [a, b]) => [a! + drawNormal(random, 0, 0.1), b! + drawNormal(random, 0, 0.1)],
  }),
};
const OBSERVED = [0.6, -1.1];
const SD = 0.1 / Math.sqrt(1.01);

Deno.test("npe() in rounds has the exact posterior, from proposals that are the prior cut to a region", async () => {
  const { artifact, dataset, warnings } = await npe(key(0), sharp, {
    ...SMALL,
    simulations: 3000,
    rounds: 3,
    observation: OBSERVED,
  });
  assertEquals([dataset.theta.n, artifact.provenance.simulations], [3000, 3000]);
  assertEquals(artifact.provenance.rounds, { count: 3, observation: [OBSERVED] });
  // No word on parameters unlike their prior: they are meant to be.
  assertEquals(warnings, []);
  const last = gatherRows(dataset.theta, Array.from({ length: 1000 }, (_, i) => 2000 + i));
  const away = Array.from(
    { length: 1000 },
    (_, i) => Math.hypot(last.data[2 * i]! - 0.594, last.data[2 * i + 1]! + 1.089),
  );
  const [least, most] = [0, away.reduce((a, b) => Math.max(a, b))];
  // All but 1e-4 of the mass of a Gaussian in two dimensions is within 4.3 sd; the prior is 10 sd wide.
  assert(most > 3.5 * SD && most < 8 * SD, `${most / SD} sd`);
  // Of a disc whose prior is nearly flat a quarter is within half of its radius; the posterior has most.
  const inner = away.filter((distance) => distance < most / 2).length / 1000;
  assert(inner > 0.15 && inner < 0.45 && least === 0, `${inner}`);
  using given = await posterior(artifact, OBSERVED);
  summary(await given.sample(key(1), 4000)).forEach(({ mean, sd }, j) => {
    // 1,000 pairs in the last region, some 4 sd around, tell a mean to 0.03 sd and a sd to 1 / √2000.
    assertAlmostEquals(mean, OBSERVED[j]! / 1.01, 4 * 0.04 * SD);
    assertAlmostEquals(Math.log(sd / SD), 0, 4 / Math.sqrt(1000));
  });
});

Deno.test("npe() in rounds comes closer to two moons than without, by as many simulations", async () => {
  const task = twoMoons();
  const x = [0, 0];
  const exact = exactMoons(1000);
  const gains: number[] = [];
  for (const seed of [2, 40, 41]) {
    const scores: number[] = [];
    for (const rounds of [1, 4]) {
      const { artifact } = await npe(key(seed), task, { simulations: 500, rounds, observation: x });
      using given = await posterior(artifact, x);
      const draws = points((await given.sample(key(3), 1000)).values, 2);
      scores.push(await c2st(key(4), draws, exact));
    }
    gains.push(scores[0]! - scores[1]!);
  }
  // Standard errors of a score are 0.011; trainings differ by some 0.03 from key to key. From 1,000
  // simulations on one round finds both crescents as well.
  assert(gains.reduce((a, b) => a + b) / 3 > 4 * Math.SQRT2 * 0.011 / Math.sqrt(3), `${gains}`);
});

/** Draws of two moons at x = 0, from a grid of 800² cells. */
function exactMoons(n: number): Points {
  const cells = 800;
  const middle = (i: number) => -1 + 2 * (i + 0.5) / cells;
  const grid = points(
    Float64Array.from(
      { length: 2 * cells ** 2 },
      (_, k) => middle(k % 2 === 0 ? (k >> 1) % cells : Math.floor((k >> 1) / cells)),
    ),
    2,
  );
  const log = twoMoons().simulator.logLikelihood!(grid, points(new Float64Array(grid.data.length), 2));
  const high = log.reduce((a, b) => Math.max(a, b));
  let total = 0;
  const sums = log.map((value) => total += Math.exp(value - high));
  const random = stream(key(5));
  const out = points(new Float64Array(2 * n), 2);
  const wanted = Float64Array.from({ length: n }, () => random.uniform() * total).sort();
  let cell = 0;
  for (let i = 0; i < n; i++) {
    while (sums[cell]! <= wanted[i]!) cell++;
    row(out, i).set(row(grid, cell).map((value) => value + (random.uniform() - 0.5) * 2 / cells));
  }
  return out;
}

Deno.test("nle() in rounds has the exact posterior of several observations", async () => {
  const x = fromRows([OBSERVED, [0.7, -1]]);
  const { artifact, dataset } = await nle(key(6), sharp, {
    ...SMALL,
    simulations: 3000,
    rounds: 2,
    observation: x,
  });
  // Proposals of the second round are draws of the posterior of the first.
  const last = points(dataset.theta.data.subarray(2 * 1500), 2);
  assertAlmostEquals(last.data.reduce((sum, v, k) => sum + (k % 2 === 0 ? v : 0), 0) / 1500, 0.65, 0.1);
  using given = await posterior(artifact, x);
  assertEquals(given.warnings, []);
  const sd = 0.1 / Math.sqrt(2.01);
  summary(await given.sample(key(7), 4000)).forEach(({ mean, sd: found }, j) => {
    const sum = x.data[j]! + x.data[2 + j]!;
    assertAlmostEquals(mean, sum / 2.01, 0.2 * sd);
    assertAlmostEquals(Math.log(found / sd), 0, 0.2);
  });
});

Deno.test("nre() in rounds learns a ratio whose product with the prior is the posterior", async () => {
  const wide = linearTask(0.5);
  const trunk = { kind: "mlp", hidden: [32, 32], activation: "silu" } as const;
  const { artifact } = await nre(key(8), wide, {
    simulations: 6000,
    rounds: 2,
    observation: [1],
    trunk,
    maxEpochs: 30,
  });
  using given = await posterior(artifact, [1]);
  const [found] = summary(await given.sample(key(9), 4000));
  // Proposals taken for the prior would give N(0.89, 0.11): as if the datum had been seen twice.
  assertAlmostEquals(found!.mean, 0.8, 0.06);
  assertAlmostEquals(found!.sd, Math.sqrt(0.2), 0.05);
});

Deno.test("where the prior has next to nothing in a region, proposals come by importance weights, and that is told", async () => {
  const spec = {
    kind: "maf",
    thetaDim: 1,
    xDim: 1,
    target: "theta",
    transforms: 1,
    hidden: [],
    activation: "silu",
  } as const;
  const one = { mean: [0], std: [1] };
  const prior = independent({ a: normal(0, 1e6) });
  const artifact = {
    kind: "posterior",
    spec,
    weights: initWeights(key(10), spec),
    scaling: { theta: one, x: one },
    prior: prior.spec,
  } as unknown as Artifact;
  using proposer = truncatedProposer(fromRows([[0]]), { engine: fusedEngine(), prior });
  const { theta, warnings } = await proposer.propose(key(11), artifact, 1000);
  assertEquals(theta.n, 1000);
  assertStringIncludes(warnings[0]!, "draws of the prior lie where the posterior");
  const variance = theta.data.reduce((sum, value) => sum + value * value, 0) / 1000;
  const most = theta.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  // A normal cut at its 1e-4 quantiles, 3.9, made flat, would have variance 3.9² / 3.
  assert(most < 4.6 && variance > 2.5 && variance < 7, `${most}, ${variance}`);
});

Deno.test("a run of rounds that was killed goes on, and its folders are not taken for draws of the prior", async () => {
  const path = await Deno.makeTempDir();
  const options = { ...SMALL, maxEpochs: 3, simulations: 600, rounds: 2, observation: OBSERVED };
  const whole = await npe(key(12), sharp, options);
  let simulated = 0;
  const counted = (stop: number) => ({
    ...sharp,
    simulator: simulator({
      name: "sharp",
      thetaDim: 2,
      xDim: 2,
      simulate: (random, theta) => {
        if (++simulated === stop) control.abort(new Error("killed"));
        return Array.from(theta, (value) => value + drawNormal(random, 0, 0.1));
      },
    }),
  });
  const control = new AbortController();
  const simulation = { path, chunkRows: 50 };
  const killed = { ...options, simulation: { ...simulation, signal: control.signal } };
  await assertRejects(() => npe(key(12), counted(400), killed), Error, "killed");
  const before = simulated;
  const { artifact } = await npe(key(12), counted(Infinity), { ...options, simulation });
  assert(simulated - before < 400, `${simulated - before} simulated again`);
  assertEquals(artifact.weights, whole.artifact.weights);
  assertEquals((await openSimulations(`${path}/round1`)).manifest.proposal, undefined);
  assertEquals((await openSimulations(`${path}/round2`)).manifest.proposal, "round 2");
  const main = new URL("../cli/main.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", main, "train", `${path}/round2`, "--out", `${path}/m`];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(code, 1);
  assertStringIncludes(
    new TextDecoder().decode(stderr),
    'must be draws of the prior: current value is "round 2"',
  );
  await Deno.remove(path, { recursive: true });
});

Deno.test("rounds of a module's simulator take their proposals too", async () => {
  const module = new URL("./_noisy_task.ts", import.meta.url);
  const options = {
    ...SMALL,
    maxEpochs: 2,
    simulations: 400,
    rounds: 2,
    observation: [0, 0],
    simulation: { workers: 1 },
  };
  const { dataset, artifact } = await npe(key(13), { module, export: "task" }, options);
  assertEquals([dataset.theta.n, artifact.provenance.simulator], [400, "noisy"]);
});

Deno.test("what was learned in rounds says for which observation, and is refused or doubted for others", async () => {
  const options = { ...SMALL, maxEpochs: 2, simulations: 400, rounds: 2, observation: OBSERVED };
  const { artifact } = await npe(key(14), sharp, { ...options, members: 2 });
  const read = decodeArtifact(encodeArtifact(artifact));
  assertEquals(read, artifact);
  (await posterior(read, OBSERVED))[Symbol.dispose]();
  const message = "the observation that they were about, 0.6, -1.1: current value is 0.6, -1";
  await assertRejects(() => posterior(read, [0.6, -1]), RangeError, message);
  await assertRejects(() => drawMany([key(0)], read, fromRows([[0.6, -1]])), RangeError, message);
  await assertRejects(
    () => calibrate(key(0), read, sharp.simulator),
    TypeError,
    "must be for any observation",
  );
  const likelihood = await nle(key(15), sharp, options);
  using there = await posterior(likelihood.artifact, OBSERVED);
  assertEquals(there.warnings, []);
  using elsewhere = await posterior(likelihood.artifact, [0.6, -1]);
  assertStringIncludes(
    elsewhere.warnings![0]!,
    "The likelihood was trained in 2 rounds for another observation",
  );
});

Deno.test("rounds that cannot be are refused before anything is simulated", async () => {
  const never = simulator({
    name: "never",
    thetaDim: 1,
    xDim: 2,
    simulate: () => {
      throw new Error("simulated");
    },
  });
  const task = { prior: independent({ a: uniform(0, 1) }), simulator: never };
  const cases: [Parameters<typeof npe>[2], string][] = [
    [{ rounds: 2 }, "2 rounds must have an observation that they are about: there is none"],
    [{ rounds: 0, observation: [0, 0] }, "rounds must be a whole number"],
    [{ rounds: 2, observation: [0] }, "the observation must have 2 columns: current value is 1"],
    [{ rounds: 2, observation: [0, NaN] }, "the observation must be finite"],
    [{ rounds: 2, observation: fromRows([[0, 0], [1, 1]]) }, "from one observation: current value is 2 rows"],
    [{ rounds: 20, simulations: 10, observation: [0, 0] }, "simulations must be"],
  ];
  for (const [options, message] of cases) {
    await assertRejects(() => npe(key(16), task, options), Error, message);
  }
  const refreshed = { rounds: 2, observation: [0, 0], refresh: {} };
  await assertRejects(() => nre(key(17), task, refreshed), TypeError, "Cannot refresh pairs of 2 rounds");
});

Deno.test("rounds are checked, kept, told and warned of as one round is", async () => {
  const options = { ...SMALL, maxEpochs: 2, simulations: 600, rounds: 2, observation: OBSERVED };
  // The first round has 300 rows, of which 270 are trained on.
  await assertRejects(() => npe(key(18), sharp, { ...options, batchSize: 280 }), RangeError, "batchSize");
  // A loss that is no number once there is a second round: pairs of both travel along.
  const failing: Loss = {
    ...nll(),
    assemble: (key, data, rows) => {
      if (data.theta.n > 300) throw new Error("no second round");
      return nll().assemble(key, data, rows);
    },
  };
  const error = await assertRejects(() => npe(key(18), sharp, { ...options, loss: failing }), UntrainedError);
  assertStringIncludes(error.message, "no second round");
  assertEquals([error.pairs.dataset.theta.n, error.pairs.rounds?.count], [600, 2]);
  // Whoever trains on them has the same surrogate: of rounds, and with no word on foreign parameters.
  const { artifact, warnings } = await trainPosterior(key(19), error.pairs, { ...SMALL, maxEpochs: 2 });
  assertEquals(artifact.provenance.rounds, { count: 2, observation: [OBSERVED] });
  assertEquals(warnings, []);
});

Deno.test("a training that is stopped ends its rounds", async () => {
  const control = new AbortController();
  const { artifact, dataset } = await npe(key(20), sharp, {
    ...SMALL,
    simulations: 600,
    rounds: 2,
    observation: OBSERVED,
    onProgress: () => control.abort(),
    signal: control.signal,
  });
  assertEquals([dataset.theta.n, artifact.provenance.rounds], [300, undefined]);
  assert(artifact.provenance.training.epochs > 0);
});

Deno.test("rounds under a prior of one's own, a part of which fails, have the exact posterior", async () => {
  // An object of a class: what it can do is not its own. Nobody can read its spec.
  class Own {
    readonly names = sharp.prior.names;
    readonly dim = 2;
    readonly support = sharp.prior.support;
    sample(k: Key, n: number) {
      return sharp.prior.sample(k, n);
    }
    logDensity(theta: Points) {
      return sharp.prior.logDensity(theta);
    }
    score(theta: Points) {
      return sharp.prior.score(theta);
    }
  }
  const prior = new Own() as unknown as Prior;
  const half = simulator({
    name: "half",
    thetaDim: 2,
    xDim: 2,
    simulate: (random, theta) =>
      theta[0]! < 0.6 ? [NaN, 0] : Array.from(theta, (value) => value + drawNormal(random, 0, 0.1)),
  });
  // The posterior is that of a normal cut at 0.6, next to its middle.
  const cut = { mean: 0.594 + SD * 0.8357, sd: 0 };
  const options = { rounds: 2, observation: OBSERVED };
  const byRatio = { ...options, simulations: 6000, maxEpochs: 40 };
  const trained = [
    await npe(key(21), { prior, simulator: half }, { ...options, simulations: 3000 }),
    await nre(key(22), { prior, simulator: half }, byRatio),
  ];
  for (const { artifact, dataset, warnings } of trained) {
    assertEquals(artifact.prior.kind, "custom");
    assertEquals(warnings, []);
    assert(dataset.failed > 1000);
    assertEquals(dataset.failedTheta!.n, dataset.failed);
    using given = await posterior(artifact, OBSERVED, { prior });
    const [a, b] = summary(await given.sample(key(23), 4000));
    assertAlmostEquals(a!.mean, cut.mean, 0.35 * SD, artifact.kind);
    assertAlmostEquals(b!.mean, OBSERVED[1]! / 1.01, 0.35 * SD, artifact.kind);
  }
});
