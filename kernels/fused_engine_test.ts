import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  averagingRate,
  type Batch,
  initWeights,
  key,
  type Loss,
  type NetworkSpec,
  points,
  row,
  type TrainPlan,
  UnsupportedError,
} from "@likely/core";
import {
  doubles,
  lossValue,
  output,
  scoreTerm,
  thetaGradient,
  weightSlope,
} from "../tests/_reference_network.ts";
import {
  artifactOf,
  atomsOf,
  linearTrunks,
  losses,
  lossesFor,
  noiseBatch,
  normalRows,
  planOf,
  specs,
} from "./_cases_test.ts";
import { fusedEngine } from "./fused_engine.ts";

/** Float32 next to float64: relative to the larger of the value and what it is made of. */
function assertClose(actual: number, expected: number, scale: number, what: string): void {
  assertAlmostEquals(actual, expected, 2e-5 * Math.max(Math.abs(expected), scale), what);
}

function picks(length: number): number[] {
  return [...new Set([0, length - 1, ...[0.27, 0.81].map((u) => Math.floor(u * length))])];
}

/** Compares one step with float64: the loss, and some gradients of every weight. */
async function compareStep(
  simd: "relaxed" | "plain",
  spec: NetworkSpec,
  loss: Loss,
  n: number,
): Promise<void> {
  const plan = planOf(key(n), spec, loss);
  const batch = noiseBatch(key(n + 10), spec, n, atomsOf(loss));
  using step = await fusedEngine({ simd }).trainStep(plan);
  const w = doubles(plan.state.weights);
  const expected = lossValue(w, spec, loss, batch);
  const judged = loss.aid ? expected + loss.aid.judged * scoreTerm(w, spec, loss, batch) : expected;
  assertClose(step.evaluate(batch), judged, 1, "evaluate");
  assertClose(step.step(batch, 1e-3), expected, 1, "step");
  for (const [name, { data }] of Object.entries(step.state().firstMoment!)) {
    const some = picks(data.length);
    const slopes = some.map((i) => weightSlope(w, spec, loss, batch, name, i));
    // Cancellation within a layer is judged by its largest slope, or by the whole gradient's.
    const scale = Math.max(...slopes.map(Math.abs), step.gradientNorm / 10);
    some.forEach((i, k) => assertClose(data[i]! / 0.1, slopes[k]!, scale, `${name}[${i}]`));
  }
}

for (const [title, spec] of Object.entries(specs)) {
  for (const loss of lossesFor(spec)) {
    Deno.test(`trainStep() of ${title} agrees with float64 differences: ${loss.name}`, async () => {
      for (const n of [1, 6]) await compareStep("relaxed", spec, loss, n);
      await compareStep("plain", spec, loss, 3);
    });
  }
}

for (const [title, spec] of Object.entries({ ...specs, ...linearTrunks })) {
  Deno.test(`logDensity() of ${title} agrees with float64`, async () => {
    const scaling = {
      theta: { mean: new Array(spec.thetaDim).fill(0.3), std: new Array(spec.thetaDim).fill(2) },
      x: { mean: new Array(spec.xDim).fill(-0.2), std: new Array(spec.xDim).fill(0.5) },
    };
    const artifact = artifactOf(key(3), spec, scaling);
    const w = doubles(artifact.weights);
    for (const [rows, simd] of [[1, "relaxed"], [3, "relaxed"], [3, "plain"]] as const) {
      const x = normalRows(key(4), rows, spec.xDim);
      using density = await fusedEngine({ simd }).logDensity(artifact, x);
      for (const n of [7, 1]) {
        const theta = normalRows(key(5 + n), n, spec.thetaDim);
        const { value, grad } = density.evaluate(theta);
        for (let i = 0; i < n; i++) {
          const u = [...row(theta, i)].map((t) => (t - 0.3) / 2);
          const seen = Array.from({ length: rows }, (_, j) => [...row(x, j)].map((v) => (v + 0.2) / 0.5));
          const terms = seen.map((y) => output(w, spec, u, y));
          assertClose(value[i]!, sum(terms), sum(terms.map(Math.abs)) + 1, `value ${i}`);
          const slopes = seen.map((y) => thetaGradient(w, spec, u, y));
          const size = sum(slopes.flat().map(Math.abs));
          for (let j = 0; j < spec.thetaDim; j++) {
            assertClose(
              grad![i * spec.thetaDim + j]! * 2,
              sum(slopes.map((s) => s[j]!)),
              size,
              `slope ${i}, ${j}`,
            );
          }
        }
      }
    }
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const simple = specs["resnet silu"]!;
const softplus: NetworkSpec = { ...simple, head: { kind: "softplus", scale: 3 } };
const relu: NetworkSpec = { ...simple, trunk: { kind: "mlp", hidden: [9, 6], activation: "relu" } };

Deno.test("trainStep() agrees with float64 where convolutions go by chunks", async () => {
  const spec: NetworkSpec = {
    kind: "network",
    thetaDim: 1,
    xDim: 1600,
    embedding: {
      kind: "conv",
      size: [1600],
      channels: 1,
      filters: [16, 3],
      kernel: 3,
      pool: 2,
      out: 3,
      activation: "silu",
    },
    trunk: { kind: "mlp", hidden: [4], activation: "silu" },
    head: { kind: "linear" },
  };
  // Three rows at a time in either layer.
  await compareStep("relaxed", spec, losses.bce!, 4);
});

Deno.test("trainStep() agrees with float64 for ReLU, score term included", async () => {
  for (const loss of Object.values(losses)) await compareStep("relaxed", relu, loss, 5);
});

Deno.test("trainStep() agrees with float64 for a softplus head", async () => {
  for (const name of ["squared_error", "bce", "nre_c"]) {
    await compareStep("relaxed", softplus, losses[name]!, 5);
  }
});

Deno.test("logDensity() puts the softplus head on", async () => {
  const artifact = artifactOf(key(3), softplus);
  const x = normalRows(key(4), 2, simple.xDim);
  using density = await fusedEngine().logDensity(artifact, x);
  const { value, grad } = density.evaluate(points(new Float64Array([0.4, -0.7]), 2));
  const w = doubles(artifact.weights);
  const rows = [0, 1].map((j) => [...row(x, j)]);
  assertClose(value[0]!, sum(rows.map((y) => output(w, softplus, [0.4, -0.7], y))), 1, "value");
  const slope = sum(rows.map((y) => thetaGradient(w, softplus, [0.4, -0.7], y)[1]!));
  assertClose(grad![1]!, slope, 1, "slope");
});

Deno.test("logDensity() answers many points and many x rows in runs", async () => {
  for (const spec of [simple, specs["quadratic head, products of features"]!]) {
    const x = normalRows(key(1), 300, spec.xDim);
    const theta = normalRows(key(2), 50, spec.thetaDim);
    using density = await fusedEngine().logDensity(artifactOf(key(3), spec), x);
    const { value, grad } = density.evaluate(theta);
    for (const i of [0, 2, 3, 49]) {
      const one = density.evaluate(points(row(theta, i).slice(), spec.thetaDim));
      assertAlmostEquals(value[i]!, one.value[0]!, 1e-4 * Math.abs(value[i]!));
      assertAlmostEquals(grad![2 * i]!, one.grad![0]!, 1e-4 * Math.abs(grad![2 * i]!) + 1e-3);
    }
  }
});

Deno.test("logDensities() tells the rows of x apart under a head that measures, and embeds them as it sees them", async () => {
  for (const title of ["quadratic head", "quadratic head, features of columns"]) {
    const spec = specs[title]!;
    const artifact = artifactOf(key(3), spec);
    const w = doubles(artifact.weights);
    const x = normalRows(key(4), 3, spec.xDim);
    const theta = normalRows(key(5), 7, spec.thetaDim);
    using densities = await fusedEngine().logDensities(artifact, x);
    assertEquals(densities.embedded.dim, spec.head.kind === "quadratic" ? spec.head.weights.length : 0);
    const chains = [2, 0, 1, 1, 5, 3, 4];
    const { value, grad } = densities.evaluate(theta, { chains });
    chains.forEach((chain, i) => {
      const [u, y] = [[...row(theta, i)], [...row(x, chain % 3)]];
      assertClose(value[i]!, output(w, spec, u, y), 1, `${title}, value ${i}`);
      const slopes = thetaGradient(w, spec, u, y);
      const size = sum(slopes.map(Math.abs)) + 1;
      slopes.forEach((slope, j) => assertClose(grad![i * u.length + j]!, slope, size, `slope ${i}, ${j}`));
    });
    using one = await fusedEngine().logDensity(artifact, points(row(x, 1).slice(), spec.xDim));
    assertEquals(one.evaluate(theta).value[2], value[2]);
  }
});

Deno.test("logDensity() turns what is no number into -Infinity with gradient 0", async () => {
  using density = await fusedEngine().logDensity(artifactOf(key(3), simple), normalRows(key(1), 1, 5));
  const { value, grad } = density.evaluate(points(new Float64Array([NaN, 0, 0.1, 0.2]), 2));
  assertEquals(value[0], -Infinity);
  assertEquals([...grad!.subarray(0, 2)], [0, 0]);
  assert(Number.isFinite(value[1]));
});

Deno.test("trainStep() goes on bit for bit from its state, whatever the batch sizes", async () => {
  const plan = { ...planOf(key(1), simple, losses.bce!), clipNorm: 0.5 };
  const batches = [5, 9, 4, 9].map((n, i) => noiseBatch(key(20 + i), simple, n, 2));
  const engine = fusedEngine();
  using whole = await engine.trainStep(plan);
  const expected = batches.map((batch) => whole.step(batch, 1e-2));
  using first = await engine.trainStep(plan);
  const losses1 = batches.slice(0, 2).map((batch) => first.step(batch, 1e-2));
  using second = await engine.trainStep({ ...plan, state: first.state() });
  const losses2 = batches.slice(2).map((batch) => second.step(batch, 1e-2));
  assertEquals([...losses1, ...losses2], expected);
  assertEquals(second.state(), whole.state());
});

Deno.test("trainStep() computes the same whether the arena grew or was planned at once", async () => {
  const plan = planOf(key(1), simple, losses.bce!);
  const [small, large] = [3, 40].map((n) => noiseBatch(key(n), simple, n, 2)) as [Batch, Batch];
  const engine = fusedEngine();
  using grown = await engine.trainStep(plan);
  grown.evaluate(small);
  grown.evaluate(large);
  using fresh = await engine.trainStep(plan);
  assertEquals(grown.step(small, 1e-2), fresh.step(small, 1e-2));
  assertEquals(grown.state(), fresh.state());
  assert(grown.bytes > fresh.bytes);
});

Deno.test("trainStep() follows Adam with clipping, as written down in float64", async () => {
  const plan = { ...planOf(key(1), simple, losses.bce!), clipNorm: 0.1 };
  const batch = noiseBatch(key(2), simple, 8, 2);
  using step = await fusedEngine().trainStep(plan);
  const name = "trunk/in/weight";
  let w = plan.state.weights[name]!.data[3]!;
  let m = 0;
  let v = 0;
  for (let t = 1; t <= 5; t++) {
    using probe = await fusedEngine().trainStep({
      ...plan,
      state: { weights: step.state().weights, steps: 0 },
    });
    probe.step(batch, 0);
    const clipped = probe.state().firstMoment![name]!.data[3]! / 0.1;
    assert(probe.gradientNorm > 0.1);
    m = 0.9 * m + 0.1 * clipped;
    v = 0.999 * v + 0.001 * clipped ** 2;
    w -= 0.01 * (m / (1 - 0.9 ** t)) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
    step.step(batch, 0.01);
    assertAlmostEquals(step.state().weights[name]!.data[3]!, w, 2e-6);
  }
  const all = Object.values(step.state().weights).length;
  assertEquals(all, Object.keys(plan.state.weights).length);
});

Deno.test("trainStep() averages weights, judges by the average, and goes on from it", async () => {
  const plan = { ...planOf(key(1), simple, losses.bce!), average: 0.25 };
  const batch = noiseBatch(key(2), simple, 8, 2);
  using step = await fusedEngine().trainStep(plan);
  const name = "trunk/in/weight";
  let mean = plan.state.weights[name]!.data[3]!;
  for (let t = 1; t <= 6; t++) {
    step.step(batch, 0.01);
    mean += averagingRate(0.25, t) * (step.state().weights[name]!.data[3]! - mean);
    assertAlmostEquals(step.state().average![name]!.data[3]!, mean, 1e-6);
  }
  const { average, weights } = step.state();
  using atMean = await fusedEngine().trainStep({ ...plan, state: { weights: average!, steps: 0 } });
  using atEnd = await fusedEngine().trainStep({ ...plan, state: { weights, steps: 0 } });
  assertEquals(step.evaluate(batch), atMean.evaluate(batch));
  assert(step.evaluate(batch) !== atEnd.evaluate(batch));
  assertEquals(step.state().weights, weights);
  using resumed = await fusedEngine().trainStep({ ...plan, state: step.state() });
  for (const one of [step, resumed]) one.step(batch, 0.01);
  assertEquals(resumed.state(), step.state());
  // The average is taken after steps on several batches, too.
  const before = step.state().average!;
  step.stepOn([batch, batch], ([gradient]) => gradient!, 0.01);
  assert(step.state().average![name]!.data[3] !== before[name]!.data[3]);
});

const thinnable = Object.entries(specs).filter(([, { head }]) => head.kind === "linear");
for (const [title, spec] of thinnable) {
  Deno.test(`trainStep() that leaves no pair out is the step on all: ${title}`, async () => {
    for (const loss of lossesFor(spec).filter(({ name }) => name !== "squared_error")) {
      const plan = planOf(key(1), spec, loss);
      const batch = noiseBatch(key(2), spec, 9, atomsOf(loss));
      using all = await fusedEngine().trainStep(plan);
      using thin = await fusedEngine().trainStep({ ...plan, thin: 1e-9 });
      assertEquals(thin.step(batch, 1e-2), all.step(batch, 1e-2));
      for (const [name, { data }] of Object.entries(all.state().firstMoment!)) {
        const scale = Math.max(...data.map(Math.abs));
        data.forEach((m, i) =>
          assertAlmostEquals(thin.state().firstMoment![name]!.data[i]!, m, 1e-5 * scale)
        );
      }
    }
  });
}

Deno.test("trainStep() that leaves pairs out has the gradient of all on average", async () => {
  const plan = planOf(key(1), simple, losses.bce!);
  const batch = noiseBatch(key(2), simple, 40, 2);
  const gradient = async (thin: Partial<TrainPlan>, steps: number) => {
    using step = await fusedEngine().trainStep({ ...plan, ...thin, state: { ...plan.state, steps } });
    step.step(batch, 0);
    return Object.values(step.state().firstMoment!).flatMap(({ data }) => [...data]);
  };
  const all = await gradient({}, 0);
  const size = Math.hypot(...all);
  const runs = 400;
  const sum = all.map(() => 0);
  let spread = 0;
  for (let t = 0; t < runs; t++) {
    const some = await gradient({ thin: 1 }, t);
    some.forEach((m, i) => sum[i]! += m / runs);
    spread += Math.hypot(...some.map((m, i) => m - all[i]!)) ** 2 / runs;
  }
  assert(Math.sqrt(spread) > 0.05 * size, "nothing was left out");
  // Choices that are spread evenly over the steps err less than independent ones would.
  assert(Math.hypot(...sum.map((m, i) => m - all[i]!)) < 3 * Math.sqrt(spread / runs));
});

Deno.test("trainStep() that leaves pairs out shows a batch that is not a number", async () => {
  using step = await fusedEngine().trainStep({ ...planOf(key(1), simple, losses.bce!), thin: 0.1 });
  const batch = noiseBatch(key(2), simple, 4, 2);
  batch.x.data[3] = NaN;
  assert(Number.isNaN(step.step(batch, 1e-3)));
});

Deno.test("trainStep() returns NaN for a batch that has one, and does not throw", async () => {
  using step = await fusedEngine().trainStep(planOf(key(1), simple, losses.bce!));
  const batch = noiseBatch(key(2), simple, 4, 2);
  batch.x.data[3] = NaN;
  assert(Number.isNaN(step.step(batch, 1e-3)));
});

Deno.test("trainStep() separates two Gaussians: the loss falls below chance to where theory has it", async () => {
  // θ ~ N(0, 1), x = θ + N(0, 1): the exact ratio gives a loss of 0.589.
  const spec: NetworkSpec = {
    ...simple,
    thetaDim: 1,
    xDim: 1,
    trunk: { kind: "mlp", hidden: [32, 32], activation: "silu" },
  };
  const unit = { mean: [0], std: [1] };
  const state = { weights: initWeights(key(0), spec), steps: 0 };
  using step = await fusedEngine().trainStep({
    spec,
    loss: losses.bce!,
    scaling: { theta: unit, x: unit },
    state,
  });
  const batchOf = (seed: number, n: number): Batch => {
    const theta = normalRows(key(seed), 2 * n, 1);
    const noise = normalRows(key(seed + 1_000_000), n, 1);
    return { theta, x: points(noise.data.map((e, i) => e + theta.data[i]!), 1), atoms: 2 };
  };
  for (let i = 0; i < 400; i++) step.step(batchOf(i, 200), 3e-3);
  const large = batchOf(2_000_000, 20_000);
  let exact = 0;
  for (let k = 0; k < 40_000; k++) {
    const [t, x] = [large.theta.data[k]!, large.x.data[k % 20_000]!];
    const ratio = -((x - t) ** 2) / 2 + x * x / 4 + Math.log(2) / 2;
    exact += Math.log1p(Math.exp(k < 20_000 ? -ratio : ratio)) / 40_000;
  }
  assert(step.evaluate(large) < exact + 0.01, `${step.evaluate(large)} against ${exact}`);
});

Deno.test("fusedEngine() refuses what it has no program for", async () => {
  const engine = fusedEngine();
  const plan = planOf(key(0), simple, losses.bce!);
  const refused = (change: Partial<TrainPlan>) =>
    assertRejects(() => engine.trainStep({ ...plan, ...change }), UnsupportedError);
  await refused({ loss: { ...losses.bce!, name: "mine" } });
  await refused({ loss: { ...losses.bce_balanced!, options: { weight: "much" } } });
  await refused({ spec: softplus, loss: losses.bce_score! });
  await refused({ spec: specs["quadratic head"]!, loss: losses.bce_score! });
  const empty: NetworkSpec = { ...simple, trunk: { kind: "mlp", hidden: [], activation: "silu" } };
  await refused({ spec: empty });
});

Deno.test("fusedEngine() refuses weights and batches of the wrong shape", async () => {
  const engine = fusedEngine();
  const plan = planOf(key(0), simple, losses.bce!);
  await assertRejects(
    () => engine.trainStep({ ...plan, state: { weights: {}, steps: 0 } }),
    TypeError,
    "trunk/in/weight must have shape [7,10]",
  );
  using step = await engine.trainStep(plan);
  assertThrows(() => step.step(noiseBatch(key(1), simple, 4, 3), 1e-3), TypeError, "atoms must be 2");
  assertThrows(
    () => step.step(noiseBatch(key(1), { ...simple, xDim: 4 }, 4, 2), 1e-3),
    TypeError,
    "width of x",
  );
  using regression = await engine.trainStep({ ...plan, loss: losses.squared_error! });
  const { theta, x } = noiseBatch(key(1), simple, 4, 1);
  assertThrows(() => regression.step({ theta, x, atoms: 1 }, 1e-3), TypeError, "targets must be 4");
});

Deno.test("fusedEngine() objects throw after they were disposed of", async () => {
  const engine = fusedEngine();
  const step = await engine.trainStep(planOf(key(0), simple, losses.bce!));
  step[Symbol.dispose]();
  step[Symbol.dispose]();
  assertThrows(() => step.step(noiseBatch(key(1), simple, 4, 2), 1e-3), TypeError, "disposed");
});

Deno.test("fusedEngine() does not leak over a thousand engines of either kind", async () => {
  const engine = fusedEngine();
  const plan = planOf(key(0), simple, losses.bce!);
  const batch = noiseBatch(key(1), simple, 50, 2);
  const artifact = artifactOf(key(3), simple);
  const cycle = async () => {
    using step = await engine.trainStep(plan);
    step.step(batch, 1e-3);
    using density = await engine.logDensity(artifact, batch.x);
    density.evaluate(batch.theta);
  };
  for (let i = 0; i < 50; i++) await cycle();
  // The process's memory says little, other tests run beside: count what could leak.
  const { instantiate } = WebAssembly;
  let made = 0;
  WebAssembly.instantiate = ((...args: Parameters<typeof instantiate>) => {
    made++;
    return instantiate(...args);
  }) as typeof instantiate;
  try {
    const { external } = Deno.memoryUsage();
    for (let i = 0; i < 1000; i++) await cycle();
    const grown = Deno.memoryUsage().external - external;
    assert(grown < 2 ** 22, `external memory grew by ${grown} bytes`);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  assertEquals(made, 0, "instances are used again");
});
