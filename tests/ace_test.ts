import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  ace,
  ACE_PAPER,
  type Artifact,
  betaPath,
  chooseBeta,
  decodeArtifact,
  defaultEngine,
  distanceFrom,
  drawNormal,
  encodeArtifact,
  fromRows,
  independent,
  key,
  maeDistance,
  mean,
  mmdDistance,
  normal,
  normalCdf,
  normalQuantile,
  points,
  posterior,
  row,
  scalarNetwork,
  simulate,
  type Simulator,
  simulator,
  summary,
  trainCost,
  uniform,
} from "@likely/sbi";
import { useBackend } from "@likely/core/tensor";

await useBackend("wasm");

/** `x ~ N(slope θ, sd² I)` in any dimension. */
function gaussian(dim: number, { slope = 1, sd = 0.5 } = {}): Simulator {
  return simulator({
    name: "gaussian",
    thetaDim: dim,
    xDim: dim,
    simulate: (random, theta) => theta.map((mean) => drawNormal(random, slope * mean, sd)),
  });
}

function standardNormals(dim: number) {
  return independent(Object.fromEntries(Array.from({ length: dim }, (_, j) => [`t${j}`, normal(0, 1)])));
}

/** A free network that learns fast, for costs of one parameter. */
const SMALL = {
  trunk: { kind: "mlp", hidden: [32, 32], activation: "silu" },
  batchSize: 100,
  maxEpochs: 40,
} as const;

/** The exact cost of `x ~ N(θ, sd²)`, `(θ − x)² + sd²`, as a surrogate that nothing was trained for. */
function exactCost(sd: number): Artifact {
  const one = { mean: [0], std: [1] };
  return {
    kind: "cost",
    spec: {
      kind: "network",
      thetaDim: 1,
      xDim: 1,
      trunk: { kind: "mlp", hidden: [], activation: "silu" },
      head: { kind: "quadratic", weights: [1], scale: sd ** 2 / Math.LN2 },
    },
    weights: {
      "trunk/out/weight": { shape: [1, 2], data: new Float32Array(2) },
      "trunk/out/bias": { shape: [2], data: new Float32Array(2) },
      "skip/weight": { shape: [1, 1], data: new Float32Array([1]) },
    },
    prior: standardNormals(1).spec,
    scaling: { theta: one, x: one },
    provenance: {
      simulator: "gaussian",
      simulations: 0,
      failed: 0,
      key: "0:0",
      loss: { name: "squared_error", options: { distance: "mse" } },
      engine: "none",
      versions: {},
      training: { loss: 0, epochs: 0 },
    },
  };
}

async function costs(artifact: Artifact, theta: ReturnType<typeof fromRows>, x: ArrayLike<number>) {
  using density = await defaultEngine().logDensity(artifact, fromRows([x]));
  return density.evaluate(theta).value;
}

Deno.test("ace() knows the cost of data that no simulation ever came near", async () => {
  const prior = standardNormals(4);
  const source = { prior, simulator: gaussian(4, { slope: 2 }) };
  const { artifact } = await ace(key(0), source, { simulations: 2000, maxEpochs: 5 });
  assertEquals([artifact.kind, scalarNetwork(artifact.spec).head.kind], ["cost", "quadratic"]);
  const theta = prior.sample(key(1), 200);
  for (const far of [0, 3, 30]) {
    const x = new Float64Array(4).fill(far); // 30 is 15 standard deviations out
    const found = await costs(artifact, theta, x);
    const errors = found.map((cost, i) => {
      const exact = mean(row(theta, i).map((t) => (2 * t - far) ** 2)) + 0.25;
      return Math.abs(cost - exact) / exact;
    });
    assert(mean(errors) < 0.03, `${far}: ${mean(errors)}`);
  }
});

Deno.test("the posterior of a quadratic cost has the exact moments, far data included", async () => {
  const source = { prior: standardNormals(2), simulator: gaussian(2) };
  const { artifact } = await ace(key(2), source, { simulations: 2000, maxEpochs: 5 });
  const beta = 20;
  const x = [-1, 6];
  const sampling = { sampler: "hmc", chains: 40, warmup: 60 } as const;
  using given = await posterior(decodeArtifact(encodeArtifact(artifact)), x, { beta, ...sampling });
  const rows = summary(await given.sample(key(3), 2000));
  // β/2 Σ (θ − x)² is a Gaussian of precision β beside the prior's.
  const precision = 1 + beta;
  rows.forEach(({ mean, sd }, j) => {
    assertAlmostEquals(mean, x[j]! * beta / precision, 0.1, `mean ${j}`);
    assertAlmostEquals(sd * Math.sqrt(precision), 1, 0.15, `sd ${j}`);
  });
});

Deno.test("a free network learns an expected absolute difference", async () => {
  const prior = independent({ t: uniform(-2, 2) });
  const sd = 0.5;
  const source = { prior, simulator: gaussian(1, { sd }) };
  const distance = maeDistance({ scale: [2] });
  const { artifact } = await ace(key(4), source, {
    simulations: 5000,
    distance,
    structure: "free",
    ...SMALL,
  });
  assertEquals(scalarNetwork(artifact.spec).head.kind, "softplus");
  assert(artifact.provenance.engine.startsWith("fused"));
  assertEquals(distanceFrom(artifact.provenance.loss.options).options, { scale0: 2 });
  const theta = points(Float64Array.from({ length: 81 }, (_, i) => -2 + i / 20), 1);
  for (const x of [-1, 0.3, 1.5]) {
    const found = await costs(artifact, theta, [x]);
    const exact = theta.data.map((t) => foldedMean(t - x, sd) / 2);
    // Costs run from 0.2 to 1.7; single distances scatter by 0.1 to 0.25.
    const error = Math.sqrt(mean(found.map((cost, i) => (cost - exact[i]!) ** 2)));
    assert(error < 0.06, `x ${x}: ${error}`);
  }
});

/** E|z| of `z ~ N(m, s²)`. */
function foldedMean(m: number, s: number): number {
  const peak = s * Math.sqrt(2 / Math.PI) * Math.exp(-((m / s) ** 2) / 2);
  return peak + m * (2 * normalCdf(m / s) - 1);
}

Deno.test("ace() knows expected absolute differences from data that no simulation came near", async () => {
  const [slope, sd, scale] = [2, 0.8, [1, 4]];
  const source = { prior: standardNormals(2), simulator: gaussian(2, { slope, sd }) };
  const { artifact } = await ace(key(43), source, {
    simulations: 2000,
    distance: maeDistance({ scale }),
    maxEpochs: 5,
  });
  assertEquals(scalarNetwork(artifact.spec).head.kind, "absolute");
  const read = decodeArtifact(encodeArtifact(artifact));
  assertEquals(read.spec, artifact.spec);
  const theta = source.prior.sample(key(44), 200);
  for (const x of [[0, 0], [3, -2], [-30, 40]]) {
    const found = await costs(read, theta, x);
    const errors = found.map((cost, i) => {
      const columns = row(theta, i).map((t, j) => foldedMean(slope * t - x[j]!, sd) / scale[j]!);
      return Math.abs(cost / mean(columns) - 1);
    });
    // Gaussian noise is within 1.4 % of logistic, and lines fitted to 2,000 rows within 3 %.
    assert(mean(errors) < 0.03, `${x}: ${mean(errors)}`);
  }
});

Deno.test("positive parameters over decades are seen in logarithms, unless told otherwise", async () => {
  const prior = independent({ conductance: uniform(1e-3, 10), threshold: uniform(-60, -40) });
  const logarithm = simulator({
    name: "logarithm",
    thetaDim: 2,
    xDim: 1,
    simulate: (random, [g, t]) => [Math.log(g!) + t! / 20 + drawNormal(random, 0, 0.1)],
  });
  const dataset = await simulate(key(45), { prior, simulator: logarithm }, 500);
  const pairs = { simulator: "logarithm", prior: prior.spec, dataset };
  const distance = maeDistance({ scale: [1] });
  const options = { distance, maxEpochs: 1 };
  const { artifact } = await trainCost(key(46), pairs, options);
  assertEquals(artifact.scaling.theta.log, [0, null]);
  // In logarithms it is a line: known before the first epoch.
  const [cost] = await costs(artifact, fromRows([[0.1, -50]]), [0]);
  assertAlmostEquals(cost!, Math.abs(Math.log(0.1) - 2.5), 0.05);
  const plain = await trainCost(key(46), pairs, { ...options, logTheta: [null, null] });
  assertEquals(plain.artifact.scaling.theta.log, undefined);
  assert(plain.history.validation[0]! > 3 * artifact.provenance.training.loss);
  await assertRejects(
    () => trainCost(key(46), pairs, { ...options, logTheta: [null] }),
    TypeError,
    "logTheta",
  );
});

Deno.test("ace() knows the discrepancy to sets of points that no simulation is like", async () => {
  const [m, sd, bandwidth] = [4, 0.5, 2];
  const clusters = simulator({
    name: "cluster",
    thetaDim: 1,
    xDim: m,
    simulate: (random, [at]) => Array.from({ length: m }, () => drawNormal(random, at, sd)),
  });
  const source = { prior: independent({ t: uniform(-4, 4) }), simulator: clusters };
  const distance = mmdDistance({ element: 1, bandwidth });
  const { artifact } = await ace(key(15), source, {
    simulations: 2000,
    distance,
    ...SMALL,
    maxEpochs: 30,
    validationPairings: 1,
  });
  assertEquals(scalarNetwork(artifact.spec).head.kind, "quadratic");
  // The mean of exp(−(y − t)² / (2 h²)) over a normal y around `at`, of variance v.
  const kernel = (at: number, v: number) =>
    Math.exp(-at * at / (2 * (bandwidth ** 2 + v))) / Math.sqrt(1 + v / bandwidth ** 2);
  const theta = points(Float64Array.from({ length: 29 }, (_, i) => -3.5 + i / 4), 1);
  for (const x of [[1, 1.2, 0.8, 1], [-4, -4, 4, 4], [-5, 5, 0, 2]]) {
    const own = mean(x.flatMap((a) => x.map((b) => kernel(a - b, 0))));
    const simulated = 1 / m + (1 - 1 / m) * kernel(0, 2 * sd ** 2);
    const found = await costs(artifact, theta, x);
    found.forEach((cost, i) => {
      const across = mean(x.map((b) => kernel(theta.data[i]! - b, sd ** 2)));
      // Costs run from 0.03 to 1.8.
      assertAlmostEquals(cost, simulated + own - 2 * across, 0.1, `x ${x}, theta ${theta.data[i]}`);
    });
  }
});

Deno.test("parameters that fail are costly, as far as they fail", async () => {
  const prior = independent({ t: uniform(0, 3) });
  const moody = simulator({
    name: "moody",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [t]) => [t! > 2 || (t! > 1 && random.uniform() < 0.5) ? NaN : t!],
  });
  const { artifact, dataset } = await ace(key(5), { prior, simulator: moody }, {
    simulations: 2000,
    failureCost: 10,
    ...SMALL,
  });
  assertEquals(artifact.provenance.simulations + artifact.provenance.failed, 2000);
  assertEquals(dataset.failedTheta!.n, artifact.provenance.failed);
  assertEquals(scalarNetwork(artifact.spec).head.kind, "softplus");
  const [never, half, always] = await costs(artifact, fromRows([[0.5], [1.5], [2.5]]), [0.5]);
  assertAlmostEquals(never!, 0, 0.5);
  assertAlmostEquals(half!, 0.5 * 10 + 0.5, 1); // a coin over 10 and (1.5 − 0.5)²
  assertAlmostEquals(always!, 10, 0.5);
});

Deno.test("a cost of known shape is refused where it has another", async () => {
  const { prior, simulator } = { prior: standardNormals(1), simulator: gaussian(1) };
  const dataset = await simulate(key(0), { prior, simulator }, 50);
  const pairs = { simulator: "gaussian", prior: prior.spec, dataset };
  const distance = maeDistance({ scale: [1] });
  await assertRejects(
    () => trainCost(key(0), pairs, { distance, structure: "quadratic" }),
    TypeError,
    'current value is "mae"',
  );
  await assertRejects(
    () => trainCost(key(0), pairs, { structure: "absolute" }),
    TypeError,
    'structure "absolute" as the distance must be "mae"',
  );
  const same = { ...dataset, x: points(new Float64Array(dataset.x.n), 1) };
  await assertRejects(
    () => trainCost(key(0), { ...pairs, dataset: same }),
    RangeError,
    "must be > 0 on average",
  );
});

Deno.test("training cannot make a linear cost worse than linear regression", async () => {
  const prior = standardNormals(2);
  const dataset = await simulate(key(6), { prior, simulator: gaussian(2, { slope: 3 }) }, 500);
  const pairs = { simulator: "gaussian", prior: prior.spec, dataset };
  // Steps as wild as these only do damage.
  const { artifact, history } = await trainCost(key(7), pairs, { maxEpochs: 2, learningRate: 1 });
  assert(artifact.provenance.training.loss < Math.min(...history.validation));
  const skip = artifact.weights["skip/weight"]!.data;
  const { std } = artifact.scaling.x;
  // The slope in standard units, with its standard error of 0.5/3 /√500.
  assertAlmostEquals(skip[0]! * std[0]! / artifact.scaling.theta.std[0]!, 3, 4 * 0.5 / Math.sqrt(500));
});

Deno.test("the paper's network and schedule are a preset", async () => {
  const source = { prior: standardNormals(1), simulator: gaussian(1) };
  const { artifact } = await ace(key(8), source, { ...ACE_PAPER, simulations: 600, maxEpochs: 2 });
  assertEquals(scalarNetwork(artifact.spec).trunk, {
    kind: "resnet",
    blocks: 3,
    width: 64,
    activation: "relu",
  });
  const { head } = scalarNetwork(artifact.spec);
  assertEquals(head.kind, "softplus");
  assertEquals(artifact.provenance.loss.options, {
    distance: "mse",
    targetsPerRow: 2,
    furtherTargets: 100,
    failureCost: artifact.provenance.loss.options.failureCost!,
    unit: head.kind === "softplus" ? head.scale : NaN,
  });
});

Deno.test("particles tell the shares of two modes apart, where chains stay in theirs", async () => {
  // ||theta| - 1|, by hand: the first layer reads (theta, x) and does not look at x.
  const base = exactCost(0.5);
  const artifact: Artifact = {
    ...base,
    spec: {
      ...scalarNetwork(base.spec),
      trunk: { kind: "mlp", hidden: [4], activation: "relu" },
      head: { kind: "linear" },
    },
    weights: {
      "trunk/0/weight": { shape: [2, 4], data: new Float32Array([1, -1, 1, 1, 0, 0, 0, 0]) },
      "trunk/0/bias": { shape: [4], data: new Float32Array([-1, -1, 1, 0]) },
      "trunk/out/weight": { shape: [4, 1], data: new Float32Array([2, 1, 1, -2]) },
      "trunk/out/bias": { shape: [1], data: new Float32Array(1) },
    },
    prior: independent({ theta: normal(0.5, 1) }).spec,
  };
  const beta = 30;
  const grid = Float64Array.from({ length: 4001 }, (_, i) => (i - 2000) / 500);
  const density = grid.map((theta) =>
    Math.exp(-beta * Math.abs(Math.abs(theta) - 1) - (theta - 0.5) ** 2 / 2)
  );
  const right = mean(density.filter((_, i) => grid[i]! > 0)) / mean(density) * 2000 / 4001;

  using given = await posterior(artifact, [0], { beta, sampler: "smc" });
  const { values, warnings, info } = await given.sample(key(41), 4000);
  assertEquals([info.sampler, warnings], ["smc", []]);
  // 0.73 within five standard errors of 1,000 independent draws.
  assertAlmostEquals(values.filter((theta) => theta > 0).length / values.length, right, 0.07);
  using proposed = await posterior(artifact, [0], { beta });
  const drawn = await proposed.sample(key(43), 4000);
  assertEquals([drawn.info.sampler, drawn.warnings], ["importance", []]);
  const found = drawn.values.filter((theta) => theta > 0).length / drawn.values.length;
  assertAlmostEquals(found, right, 5 * Math.sqrt(right * (1 - right) / Number(drawn.info.ess)));
  using chains = await posterior(artifact, [0], { beta, sampler: "nuts" });
  const stuck = await chains.sample(key(42), 1000);
  assert(stuck.warnings.some((text) => text.includes('use SMC (sampler: "smc")')), stuck.warnings.join());
});

Deno.test("betaPath() follows the exact posterior from the prior on, and knows its slope", async () => {
  const [x, particles] = [2, 1000];
  const betas = [8, 0, 0.5, 2];
  const path = await betaPath(key(9), exactCost(1), [x], { betas, particles });
  assertEquals(path.map(({ beta }) => beta), [0, 0.5, 2, 8]);
  for (const { beta, draws, cost, sensitivity } of path) {
    const precision = 1 + 2 * beta;
    const [at, variance] = [2 * beta * x / precision, 1 / precision];
    const { values } = draws;
    const error = Math.sqrt(variance / particles);
    assertAlmostEquals(mean(values), at, 5 * error, `mean at ${beta}`);
    const spread = mean(values.map((t) => (t - mean(values)) ** 2));
    assertAlmostEquals(spread / variance, 1, 5 * Math.sqrt(2 / particles), `variance at ${beta}`);
    assertAlmostEquals(cost, 1 + variance + (at - x) ** 2, 0.25 * (cost - 1), `cost at ${beta}`);
    // d/dβ of 2βx / (1 + 2β); a covariance of 1,000 draws scatters by some percent.
    const slope = 2 * x / precision ** 2;
    assertAlmostEquals(sensitivity[0]! / slope, 1, 0.3, `sensitivity at ${beta}`);
  }
});

Deno.test("betaPath() wants a cost", async () => {
  const ratio: Artifact = { ...exactCost(1), kind: "ratio" };
  await assertRejects(() => betaPath(key(0), ratio, [0], { betas: [1] }), TypeError, "ratio");
  await assertRejects(() => betaPath(key(0), exactCost(1), [0], { betas: [-1] }), RangeError, "betas[0]");
});

Deno.test("chooseBeta() and betaPath() refuse an empty list of beta, or a wrong one, before they simulate", async () => {
  const simulator = {
    ...gaussian(1, { sd: 1 }),
    simulate: () => assert(false, "nothing is simulated"),
  } as never;
  for (
    const [betas, part] of [[[], "the number of betas"], [[1, NaN], "betas[1]"], [[-1], "betas[0]"]] as const
  ) {
    await assertRejects(() => chooseBeta(key(1), exactCost(1), simulator, { betas }), RangeError, part);
    await assertRejects(() => betaPath(key(1), exactCost(1), [0], { betas }), RangeError, part);
  }
});

Deno.test("chooseBeta() scores every beta as the closed form does, and chooses by it", async () => {
  const [sd, level] = [1, 0.8];
  const betas = [0.05, 0.5, 5];
  const { rows, beta } = await chooseBeta(key(10), exactCost(sd), gaussian(1, { sd }), {
    betas,
    by: "coverage",
    datasets: 30,
    particles: 60,
    moves: 5,
    level,
  });
  for (const { beta, distance, distanceError, coverage, coverageError } of rows) {
    // A posterior of variance q around (1 − q) x.
    const q = 1 / (1 + 2 * beta);
    const miss = q ** 2 + (1 - q) ** 2 * sd ** 2;
    assertAlmostEquals(distance, q + miss + 2 * sd ** 2, 4 * distanceError, `distance at ${beta}`);
    const ratio = Math.sqrt((q + sd ** 2) / (miss + sd ** 2));
    const exact = 2 * normalCdf(normalQuantile(0.5 + level / 2) * ratio) - 1;
    assertAlmostEquals(coverage, exact, 4 * coverageError + 0.01, `coverage at ${beta}`);
  }
  // β = 1 / (2 sd²) is Bayes' rule; beyond it the posterior is surer than it may be.
  assertEquals(beta, 0.5);
});

Deno.test("chooseBeta() takes the smallest beta that comes as close as any", async () => {
  // With little noise, closeness only grows with β, until it cannot be told from the best.
  const { beta, rows } = await chooseBeta(key(11), exactCost(0.1), gaussian(1, { sd: 0.1 }), {
    betas: [1, 1000, 100_000],
    datasets: 8,
    particles: 40,
    moves: 5,
  });
  assert(rows[0]!.distance > 5 * rows[1]!.distance);
  assertEquals(beta, 1000);
});

Deno.test("an ensemble warns of data outside its targets, and of a beta beyond its knowledge", async () => {
  const prior = independent({ t: uniform(-2, 2) });
  const dataset = await simulate(key(12), { prior, simulator: gaussian(1) }, 1000);
  const pairs = { simulator: "gaussian", prior: prior.spec, dataset };
  const { artifact } = await trainCost(key(15), pairs, {
    members: 3,
    structure: "free",
    noisy: { count: 0 },
    ...SMALL,
  });
  const warningsAt = async (x: number, beta: number) => {
    using given = await posterior(decodeArtifact(encodeArtifact(artifact)), [x], { beta, warmup: 100 });
    const draws = await given.sample(key(14), 400);
    return { text: draws.warnings.join("\n"), mean: mean(draws.values) };
  };
  const usual = await warningsAt(0.5, 3);
  assert(!usual.text.includes("cost networks"), usual.text);
  // The exact posterior is a Gaussian of precision 6, almost untouched by the prior's ends.
  assertAlmostEquals(usual.mean, 0.5, 0.15);
  assert((await warningsAt(40, 3)).text.includes("outside what they were trained on"));
  assert((await warningsAt(0.5, 1e4)).text.includes("beta is larger"));
});
