// The calibration diagnostics on this house's own parts: tasks of ours, exact likelihoods and
// wrong ones, samplers of importance weights and particles. No networks.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type Artifact,
  drawBinomial,
  drawNormal,
  type Engine,
  foldIn,
  gatherRows,
  independent,
  type Key,
  key,
  normal,
  type Points,
  simulate,
  type Simulator,
  simulator,
  split,
  stream,
  uniform,
} from "@likely/core";
import {
  c2st,
  calibrationRun,
  coverage,
  misspecification,
  mlpClassifier,
  sbc,
  tarp,
} from "@likely/diagnostics";
import { calibrate, calibrationVerdict } from "@likely/sbi";
import { twoMoons } from "@likely/simulators";

const prior = independent({ mu: normal(0, 1), drift: normal(0, 1) });

/** Five points around a line; its noise is 1, or what a wrong model believes. */
function line(noise = 1) {
  const at = (theta: Float64Array, t: number) => theta[0]! + theta[1]! * (t - 2) / 2;
  return simulator({
    name: "line",
    thetaDim: 2,
    xDim: 5,
    simulate: (random, theta) =>
      Float64Array.from({ length: 5 }, (_, t) => at(theta, t) + drawNormal(random)),
    logLikelihood: (theta, x) =>
      -x.reduce((sum, value, t) => sum + (value - at(theta, t)) ** 2, 0) / (2 * noise ** 2),
  });
}

/** Draws by sampling-importance-resampling from the prior: exact for many proposals. */
function posteriorBy(noise: number) {
  const model = line(noise);
  return (key: Key, x: Float64Array, n: number): Points => {
    const [forTheta, forPick] = split(key, 2);
    const theta = prior.sample(forTheta, 1000);
    const xs = { data: new Float64Array(1000 * 5), n: 1000, dim: 5 };
    for (let i = 0; i < 1000; i++) xs.data.set(x, i * 5);
    const log = model.logLikelihood!(theta, xs);
    const top = log.reduce((a, b) => Math.max(a, b));
    let total = 0;
    const cumulative = log.map((value) => total += Math.exp(value - top));
    const random = stream(forPick);
    const pick = () => {
      const u = random.uniform() * total;
      return cumulative.findIndex((value) => value > u);
    };
    return gatherRows(theta, Array.from({ length: n }, pick));
  };
}

const logDensity = (noise: number) => (theta: Points, x: Float64Array) => {
  const rows = { data: Float64Array.from({ length: theta.n * 5 }, (_, k) => x[k % 5]!), n: theta.n, dim: 5 };
  const prob = prior.logDensity(theta);
  return line(noise).logLikelihood!(theta, rows).map((value, i) => value + prob[i]!);
};

async function judge(noise: number) {
  const [forData, forRun, ...forTests] = split(key(12), 5) as Key[];
  const data = await simulate(forData!, { prior, simulator: line() }, 250);
  const run = await calibrationRun(forRun!, data, posteriorBy(noise), { draws: 49 });
  const likelihood = { name: "log density", evaluate: logDensity(noise) };
  return {
    ranks: sbc(forTests[0]!, run, { names: prior.names, quantities: [likelihood] }),
    hpd: coverage(forTests[1]!, run, logDensity(noise)),
    balls: tarp(forTests[2]!, run),
  };
}

Deno.test("SBC, coverage and TARP pass a right likelihood", async () => {
  const { ranks, hpd, balls } = await judge(1);
  assert(ranks.pValue > 0.01 && hpd.pValue > 0.01 && balls.ks > 0.01);
});

Deno.test("all three find a likelihood whose noise is too small or too large, and say which", async () => {
  for (const noise of [0.5, 2]) {
    const { ranks, hpd, balls } = await judge(noise);
    assert(ranks.pValue < 1e-3 && hpd.pValue < 1e-3 && balls.pValue < 0.01, `noise ${noise}`);
    assertEquals(ranks.rows[0]!.spread > 1, noise < 1);
    assertEquals(hpd.excess < 0, noise < 1);
  }
});

Deno.test("C2ST agrees: near one half for the right likelihood, above it for the wrong one", async () => {
  const x = new Float64Array([0.2, -0.3, 1, 0.7, 1.5]);
  const draws = (noise: number, seed: number) => posteriorBy(noise)(foldIn(key(9), seed), x, 250);
  // The standard error of 500 rows is 0.022.
  const options = { train: mlpClassifier({ epochs: 60 }) };
  assert(Math.abs(await c2st(key(0), draws(1, 0), draws(1, 1), options) - 0.5) < 0.07);
  assert(await c2st(key(0), draws(1, 0), draws(2, 1), options) > 0.57);
});

Deno.test("an observation that the task cannot make is told before a posterior is made", async () => {
  const { x } = await simulate(key(3), { prior, simulator: line() }, 1500);
  const { warning } = misspecification(key(4), x);
  assertEquals(warning([0.2, -0.3, 1, 0.7, 1.5]), undefined);
  assert(warning([9, -9, 9, -9, 9])!.startsWith("The observation is unlike"));
});

/** An engine that answers with the exact likelihood of a simulator, to the power of `sharpness`. */
function exactEngine(sharpness: number, simulator: Simulator = twoMoons().simulator): Engine {
  const never = () => Promise.reject(new Error("not asked for"));
  return {
    name: "exact",
    trainStep: never,
    logDensity: never,
    density: never,
    logDensities: (_artifact, x) =>
      Promise.resolve({
        name: "exact",
        dim: simulator.thetaDim,
        count: x.n,
        embedded: x,
        evaluate: (theta, { chains } = {}) => {
          const rows = Array.from({ length: theta.n }, (_, i) => (chains ? chains[i]! : i) % x.n);
          const value = simulator.logLikelihood!(theta, gatherRows(x, rows));
          return { value: value.map((v) => sharpness * v) };
        },
        [Symbol.dispose]: () => {},
      }),
  };
}

const moons = {
  kind: "ratio",
  spec: { kind: "network", thetaDim: 2, xDim: 2 },
  scaling: { x: {} },
  provenance: {},
  prior: twoMoons().prior.spec,
} as Artifact;
const options = { datasets: 120, draws: 99, smc: { particles: 250 } };

Deno.test("calibrate() finds nothing wrong with the exact posterior of two moons, both modes of it", async () => {
  // The temperature takes back what the engine sharpens.
  const exact = { ...options, engine: exactEngine(4), beta: 1 / 4 };
  const found = await calibrate(key(20), moons, twoMoons().simulator, exact);
  assertEquals(found.run.failed, 0);
  assertEquals(calibrationVerdict(found), "No sign of miscalibration in 120 data sets.");
  // The spread of 120 uniform ranks has a standard error of 0.08.
  for (const { spread } of found.sbc.rows) assert(Math.abs(spread - 1) < 0.25, `${spread}`);
});

Deno.test("calibrate() finds crescents too thin, which single parameters hardly show", async () => {
  const found = await calibrate(key(21), moons, twoMoons().simulator, { ...options, engine: exactEngine(4) });
  assertMatch(calibrationVerdict(found), /^Miscalibrated.*credible regions are too small/);
});

Deno.test("calibrate() finds nothing wrong with exact posteriors of counts, most data sets the same", async () => {
  const share = independent({ p: uniform(0, 1) });
  const heads = simulator({
    name: "heads",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [p]) => [drawBinomial(random, 5, p!)],
    logLikelihood: ([p], [k]) => k! * Math.log(p!) + (5 - k!) * Math.log1p(-p!),
  });
  const artifact = {
    kind: "ratio",
    spec: { kind: "network", thetaDim: 1, xDim: 1 },
    scaling: { x: {} },
    provenance: {},
    prior: share.spec,
  } as Artifact;
  const engine = exactEngine(1, heads);
  const found = await calibrate(key(22), artifact, heads, { datasets: 200, engine });
  assert(found.coverage.pValue > 0.01, `p = ${found.coverage.pValue}`);
  assertEquals(calibrationVerdict(found), "No sign of miscalibration in 200 data sets.");
});
