import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Artifact,
  type DensitySpec,
  densityWidths,
  fromRows,
  gatherRows,
  key,
  plainDensity,
  type Points,
  UnsupportedError,
} from "@likely/core";
import { DENSITIES, densityArtifact, legalRows } from "../tests/_density_specs.ts";
import { artifactOf, normalRows, specs } from "./_cases_test.ts";
import { fusedEngine, type FusedEngineOptions } from "./fused_engine.ts";

const BUILDS: readonly FusedEngineOptions[] = [{ simd: "relaxed" }, { simd: "plain" }];

/** θ seen through ends, so that they are part of every comparison. */
function bounded(spec: DensitySpec, scale: number = 0.7): Artifact {
  const artifact = densityArtifact(spec, 1, scale);
  const ends = Array.from({ length: spec.thetaDim }, (_, j) => j % 2 === 0 ? null : -9);
  const theta = { ...artifact.scaling.theta, log: ends, upper: ends.map((end) => end && 8) };
  return { ...artifact, scaling: { ...artifact.scaling, theta } };
}

/** Float32 next to float64. */
function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assertEquals(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, 1e-4 * (1 + Math.abs(expected[i]!)), `${what}, number ${i}`);
  }
}

/** Each target beside its own condition, in float64. */
function truth(artifact: Artifact, theta: Points, x: Points): Float64Array {
  const density = plainDensity(artifact);
  return artifact.kind === "posterior" ? density.logDensity(theta, x) : density.logDensity(x, theta);
}

/** θ-slopes of {@linkcode truth} by central differences. */
function slopesOf(artifact: Artifact, theta: Points, x: Points): Float64Array {
  const out = new Float64Array(theta.data.length);
  for (let j = 0; j < theta.dim; j++) {
    const [up, down] = [1e-5, -1e-5].map((by) => {
      const data = theta.data.map((value, k) => k % theta.dim === j ? value + by : value);
      return truth(artifact, { ...theta, data }, x);
    });
    for (let i = 0; i < theta.n; i++) out[i * theta.dim + j] = (up![i]! - down![i]!) / 2e-5;
  }
  return out;
}

function assertSlopes(actual: Float64Array, expected: Float64Array): void {
  expected.forEach((slope, k) =>
    assertAlmostEquals(actual[k]!, slope, 5e-4 * (1 + Math.abs(slope)), `slope ${k}`)
  );
}

/** Likelihoods given θ that is embedded in every way, beside those of the table. */
const GIVEN: Readonly<Record<string, DensitySpec>> = Object.fromEntries(
  (["a masked flow given a set", "a flow of splines given an image"] as const).map((name) => {
    const spec = DENSITIES[name]!;
    return [`${name}, of x`, { ...spec, target: "x", thetaDim: spec.xDim, xDim: spec.thetaDim }];
  }),
);

for (const [name, spec] of Object.entries({ ...DENSITIES, ...GIVEN })) {
  const artifact = bounded(spec);
  const theta = normalRows(key(2), 7, spec.thetaDim);
  const x = legalRows(spec, normalRows(key(3), 7, spec.xDim));
  const { target: D, condition: C } = densityWidths(spec);

  Deno.test(`${name} has the log densities of float64`, async () => {
    for (const options of BUILDS) {
      using density = await fusedEngine(options).density(artifact);
      const [targets, conditions] = [
        legalRows(spec, normalRows(key(4), 2106, D)),
        normalRows(key(5), 39, C),
      ];
      const expected = plainDensity(artifact).logDensity(targets, conditions);
      assertNear(density.logDensity(targets, conditions), expected, "values");
      const one = gatherRows(targets, [5]);
      assertNear(
        density.logDensity(one, gatherRows(conditions, [0])),
        expected.subarray(5, 6),
        "one",
      );
    }
  });

  Deno.test(`${name} is a function of theta, with slopes, at every observation`, async () => {
    for (const options of BUILDS) {
      const chains = [0, 3, 6, 1, 1, 5, 9];
      const seen = gatherRows(x, chains.map((c) => c % 7));
      using densities = await fusedEngine(options).logDensities(artifact, x);
      const { value } = densities.evaluate(theta, { chains, gradient: false });
      assertNear(value, truth(artifact, theta, seen), "values");
      const both = densities.evaluate(theta, { chains });
      assertEquals(both.value, value);
      assertSlopes(both.grad!, slopesOf(artifact, theta, seen));
    }
  });

  if (spec.target === "x") {
    Deno.test(`${name} adds up over rows of x`, async () => {
      using density = await fusedEngine().logDensity(artifact, x);
      const { value, grad } = density.evaluate(theta);
      const pairs = (i: number) => [gatherRows(theta, new Array(7).fill(i)), x] as const;
      for (let i = 0; i < theta.n; i++) {
        const sum = truth(artifact, ...pairs(i)).reduce((total, part) => total + part, 0);
        assertAlmostEquals(value[i]!, sum, 1e-4 * (1 + Math.abs(sum)));
        const slopes = slopesOf(artifact, ...pairs(i));
        for (let j = 0; j < theta.dim; j++) {
          let [total, size] = [0, 1];
          for (let k = j; k < slopes.length; k += theta.dim) {
            total += slopes[k]!;
            size += Math.abs(slopes[k]!);
          }
          assertAlmostEquals(grad![i * theta.dim + j]!, total, 5e-4 * size);
        }
      }
    });
  }

  Deno.test(`${name} draws what float64 draws, however many at once`, async () => {
    for (const options of BUILDS) {
      using density = await fusedEngine(options).density(artifact);
      for (const [m, n] of [[1, 1], [3, 7], [2, 1300], [700, 3]] as const) {
        const conditions = normalRows(key(6), m, C);
        const expected = plainDensity(artifact).sample(key(7), n, conditions);
        const drawn = density.sample(key(7), n, conditions);
        // Where a chosen component, or a bin, hangs on rounding a draw may be another.
        const far = drawn.data.filter((value, k) =>
          Math.abs(value - expected.data[k]!) > 1e-4 * (1 + Math.abs(expected.data[k]!))
        );
        assert(far.length <= drawn.data.length / 1000, `${far.length} of ${m} × ${n} are others`);
      }
    }
  });

  Deno.test(`${name} draws the same on one, two and three threads, bit for bit`, async () => {
    const conditions = normalRows(key(6), 5, C);
    const targets = legalRows(spec, normalRows(key(8), 35, D));
    const pairs = normalRows(key(9), 35, C);
    const results = [];
    for (const workers of [1, 2, 3]) {
      using density = await fusedEngine({ workers }).density(artifact);
      results.push([density.sample(key(7), 40, conditions), density.logDensity(targets, pairs)]);
    }
    assertEquals(results[1], results[0]);
    assertEquals(results[2], results[0]);
  });
}

Deno.test("draws have the density that is told of them", async () => {
  // The density of a draw, on average, is minus the entropy; so is that of float64 draws.
  for (const [name, spec] of Object.entries(DENSITIES)) {
    const artifact = bounded(spec);
    using density = await fusedEngine().density(artifact);
    const condition = normalRows(key(1), 1, densityWidths(spec).condition);
    const entropies = [density, plainDensity(artifact)].map(({ sample }, i) => {
      const values = plainDensity(artifact).logDensity(sample(key(20 + i), 4000, condition), condition);
      const mean = values.reduce((sum, value) => sum + value / 4000, 0);
      return { mean, error: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2 / 4000, 0) / 4000) };
    });
    const [a, b] = entropies as [typeof entropies[0], typeof entropies[0]];
    assert(Math.abs(a.mean - b.mean) < 4 * Math.hypot(a.error, b.error), `${name}: ${a.mean}, ${b.mean}`);
  }
});

Deno.test("a density refuses what it cannot read, and works no more once disposed of", async () => {
  const spec = DENSITIES["a masked flow of two"]!;
  const artifact = densityArtifact(spec);
  const engine = fusedEngine();
  const network = artifactOf(key(1), specs["resnet silu"]!);
  await assertRejects(() => engine.density(network), UnsupportedError, "scalar network as a density");
  const weights = { ...artifact.weights, "transform0/0/bias": { shape: [3], data: new Float32Array(3) } };
  await assertRejects(() => engine.density({ ...artifact, weights }), TypeError, "transform0/0/bias");
  const two = fromRows([[1], [2]]);
  await assertRejects(() => engine.logDensity(artifact, two), TypeError, "several observations");
  await assertRejects(() => engine.logDensity(artifact, fromRows([[NaN]])), RangeError, "finite");
  await assertRejects(() => engine.logDensity(artifact, fromRows([[1, 2]])), TypeError, "rows of 1 numbers");
  const density = await engine.density(artifact);
  assertThrows(() => density.sample(key(0), 0, two), RangeError, "n");
  assertThrows(() => density.logDensity(fromRows([[1, 2], [1, 2], [1, 2]]), two), TypeError, "multiple of 2");
  assertEquals(density.logDensity(fromRows([[NaN, 0]]), fromRows([[1]])), Float64Array.of(-Infinity));
  density[Symbol.dispose]();
  assertThrows(() => density.sample(key(0), 1, two), TypeError, "disposed");
});
