// Data of which a few numbers, or a few decades, would hide the rest: posteriors beside exact ones.

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import {
  ace,
  decodeArtifact,
  defaultEngine,
  drawNormal,
  drawPoisson,
  encodeArtifact,
  fromRows,
  independent,
  key,
  logGamma,
  longTails,
  normal,
  nre,
  type NreOptions,
  observationWarnings,
  points,
  posterior,
  type Prior,
  scalarNetwork,
  type Simulator,
  simulator,
  standardise,
  standardSlope,
  standardValue,
  stream,
  summary,
  uniform,
} from "@likely/sbi";
import { tensorEngine } from "@likely/surrogates";
import { useBackend } from "@likely/core/tensor";

await useBackend("wasm");

const flat = independent({ mu: uniform(-1, 1) });
const QUICK: NreOptions = { simulations: 2000, maxEpochs: 60 };

/** Noisy looks at μ, of which a share is `wild`. */
function glitching(share: number, wild: (u: number) => number): Simulator {
  return simulator({
    name: "glitching",
    thetaDim: 1,
    xDim: 2,
    simulate: (random, [mu]) => {
      const isWild = random.uniform() < share;
      return [
        isWild ? wild(random.uniform()) : mu! + 0.1 * drawNormal(random),
        mu! + 0.5 * drawNormal(random),
      ];
    },
  });
}

/** Mean and sd on a grid. */
function exact(low: number, high: number, logDensity: (theta: number) => number) {
  const grid = Array.from({ length: 8001 }, (_, i) => low + (high - low) * i / 8000);
  const logs = grid.map(logDensity);
  const top = Math.max(...logs);
  const weights = logs.map((l) => Math.exp(l - top));
  const total = weights.reduce((a, b) => a + b);
  const moment = (f: (t: number) => number) => grid.reduce((s, t, i) => s + weights[i]! * f(t), 0) / total;
  const mean = moment((t) => t);
  return { mean, sd: Math.sqrt(moment((t) => (t - mean) ** 2)) };
}

async function found(prior: Prior, model: Simulator, x: number[], options = QUICK) {
  const { artifact, warnings } = await nre(key(1), { prior, simulator: model }, options);
  using given = await posterior(decodeArtifact(encodeArtifact(artifact)), x, { warmup: 200 });
  const { mean, sd } = summary(await given.sample(key(2), 2000))[0]!;
  return { mean, sd, warnings, artifact };
}

Deno.test("a few simulations that are far from all others hide nothing, and are told", async () => {
  const right = exact(-1, 1, (mu) => -((0.3 - mu) ** 2) / 0.02 - (0.2 - mu) ** 2 / 0.5);
  const wilds: Record<string, [number, (u: number) => number]> = {
    "two in a thousand at 1e8": [0.002, () => 1e8],
    "one in a hundred, both signs": [0.01, (u) => u < 0.5 ? -1e8 * u : 1e12 * u],
    "Cauchy": [0.04, (u) => 1e4 * Math.tan(Math.PI * (u - 0.5))],
    "a code for missing, 15 %": [0.15, () => -9999],
  };
  for (const [name, [share, wild]] of Object.entries(wilds)) {
    const { mean, sd, warnings, artifact } = await found(flat, glitching(share, wild), [0.3, 0.2]);
    assertAlmostEquals(mean, right.mean, 0.4 * right.sd, name);
    assertAlmostEquals(sd / right.sd, 1, 0.25, name);
    assertEquals(artifact.scaling.x.fold!.map((fold) => fold !== null), [true, false], name);
    const told = /^Few rows of x are far .* column 0 \(\d+ of 2000 rows: row \d+ with -?\d/;
    if (share > 0.05) assertEquals(warnings, []);
    else assertMatch(warnings.join(), told, name);
    // What is unlike the simulations is seen in spite of what is far from all.
    assertEquals(await observationWarnings(artifact, fromRows([[0.3, 0.2]])), [], name);
    if (name === "Cauchy") continue;
    assertEquals((await observationWarnings(artifact, fromRows([[30, 0.2]]))).length, 1, name);
  }
});

Deno.test("counts over many decades", async () => {
  const prior = independent({ logRate: normal(0, 3) });
  const counting = simulator({
    name: "counting",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [logRate]) => [drawPoisson(random, Math.exp(logRate!))],
  });
  // As good as from log1p of the counts, by hand: 0.46 ± 0.70 at 2 where 0.41 ± 0.77 is right.
  for (const k of [0, 2, 30]) {
    const right = exact(-14, 14, (t) => k * t - Math.exp(t) - t * t / 18 - logGamma(k + 1));
    const { mean, sd, warnings } = await found(prior, counting, [k], { simulations: 5000, maxEpochs: 60 });
    assertAlmostEquals(mean, right.mean, 0.5 * right.sd, `${k}`);
    assertAlmostEquals(sd / right.sd, 1, 0.3, `${k}`);
    assertEquals(warnings, []);
  }
});

Deno.test("concentrations over many decades", async () => {
  const prior = independent({ logC: uniform(-8, 8) });
  const assay = simulator({
    name: "assay",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [logC]) => [Math.exp(logC! + 0.3 * drawNormal(random))],
  });
  for (const at of [-5, 0, 5]) {
    const { mean, sd } = await found(prior, assay, [Math.exp(at)]);
    assertAlmostEquals(mean, at, 0.5 * 0.3, `${at}`);
    assertAlmostEquals(sd / 0.3, 1, 0.35, `${at}`);
  }
});

Deno.test("a cost is told of rows that make its mean, and measures x in its own units", async () => {
  const source = { prior: flat, simulator: glitching(0.002, () => 1e8) };
  const { artifact, warnings } = await ace(key(3), source, { simulations: 2000, maxEpochs: 2 });
  assertEquals([scalarNetwork(artifact.spec).head.kind, artifact.scaling.x.fold], ["quadratic", undefined]);
  assertMatch(warnings.join(), /means of x, and costs that grow with distance, are made by these rows/);
  const free = await ace(key(3), source, { simulations: 500, maxEpochs: 2, structure: "free" });
  assert(free.artifact.scaling.x.fold?.[0]);
});

Deno.test("both engines see folded columns alike", async () => {
  const { artifact } = await found(flat, glitching(0.01, () => 1e8), [0, 0], {
    simulations: 500,
    maxEpochs: 3,
  });
  assert(artifact.scaling.x.fold);
  const x = fromRows([[0.3, 0.2], [1e8, 0], [-1e5, 1]]);
  const theta = points(new Float64Array([-0.5, 0.1, 0.7]), 1);
  using fused = await defaultEngine().logDensities(artifact, x);
  using tensors = await tensorEngine().logDensities(artifact, x);
  const [a, b] = [fused.evaluate(theta), tensors.evaluate(theta)];
  a.value.forEach((value, k) => assertAlmostEquals(value, b.value[k]!, 1e-4));
  a.grad!.forEach((value, k) => assertAlmostEquals(value, b.grad![k]!, 1e-3));
});

Deno.test("a folded column is arcsinh of its units, and its slope the derivative", () => {
  const by = { mean: [1], std: [2], fold: [{ at: 10, unit: 3 }] };
  for (const value of [-1e9, 9, 10, 11, 1e6]) {
    const seen = standardValue(by, 0, value);
    assertAlmostEquals(seen, (Math.asinh((value - 10) / 3) - 1) / 2, 1e-15 * Math.abs(value));
    assertEquals(standardise(fromRows([[value]]), by)[0], Math.fround(seen));
    const step = 1e-4 * Math.max(1, Math.abs(value));
    const slope = (standardValue(by, 0, value + step) - standardValue(by, 0, value - step)) / (2 * step);
    assertAlmostEquals(standardSlope(by, 0, value) / slope, 1, 1e-6);
  }
});

Deno.test("ordinary columns are left as they are", () => {
  const random = stream(key(4));
  const draws: Record<string, () => number> = {
    normal: () => drawNormal(random, 1e6, 3),
    exponential: () => -Math.log1p(-random.uniform()),
    "log-normal": () => Math.exp(drawNormal(random)),
    "Student of 3": () => drawNormal(random) / Math.hypot(...[1, 2, 3].map(() => drawNormal(random))),
    uniform: () => random.uniform(),
    "rare event": () => random.uniform() < 0.02 ? 1 : 0,
    "two peaks": () => drawNormal(random, random.uniform() < 0.5 ? -100 : 100, 1),
    "small counts": () => drawPoisson(random, 3),
    "mostly nothing": () => random.uniform() < 0.8 ? 0 : drawNormal(random),
    constant: () => 7,
  };
  for (const [name, draw] of Object.entries(draws)) {
    assertEquals(longTails(points(Float64Array.from({ length: 10_000 }, draw), 1)), [null], name);
  }
});
