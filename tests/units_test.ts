// The unit of x is nobody's business: what is learned is the same in picometres and in light years.

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import {
  ace,
  type AceOptions,
  type Artifact,
  customDistance,
  defaultEngine,
  type Distance,
  drawNormal,
  energyScore,
  type Engine,
  fromRows,
  independent,
  key,
  maeDistance,
  mmdDistance,
  mseDistance,
  nre,
  points,
  posterior,
  simulator,
  summary,
  uniform,
} from "@likely/sbi";
import { tensorEngine } from "@likely/surrogates";
import { useBackend } from "@likely/core/tensor";

await useBackend("wasm");

const prior = independent({ angle: uniform(0, 1.5) });
const GRID = points(Float64Array.from({ length: 151 }, (_, i) => i / 100), 1);
// A power of two changes no digit, a power of ten rounds.
const UNITS = [1, 2 ** -40, 1e-12, 1e-3, 1e12];

function throwing(s: number) {
  return simulator({
    name: "ball",
    thetaDim: 1,
    xDim: 2,
    simulate: (random, [angle]) => [0, 1].map(() => s * (Math.sin(2 * angle!) + 0.1 * drawNormal(random))),
  });
}

/** The cost over the grid of a surrogate trained at unit s, in that unit to the power of `degree`. */
async function trained(s: number, degree: number, options: AceOptions, engine?: Engine) {
  const source = { prior, simulator: throwing(s) };
  const { artifact, history } = await ace(key(1), source, {
    simulations: 500,
    maxEpochs: 20,
    ...options,
    ...(engine && { engine }),
  });
  return { cost: await costs(artifact, [0.3 * s, 0.3 * s], s ** degree, engine), artifact, history };
}

async function costs(artifact: Artifact, x: number[], unit: number, engine = defaultEngine()) {
  using density = await engine.logDensity(artifact, fromRows([x]));
  const { value, grad } = density.evaluate(GRID);
  return [...value, ...grad!].map((v) => v / unit);
}

const cases: Record<string, [(s: number) => Distance, number, AceOptions?]> = {
  "mse, quadratic": [() => mseDistance(), 2],
  "mse, free": [() => mseDistance(), 2, { structure: "free" }],
  "mae in x's unit, absolute": [() => maeDistance({ scale: [1, 1] }), 1],
  "mae, free": [() => maeDistance({ scale: [1, 1] }), 1, { structure: "free" }],
  "mmd, quadratic": [(s) => mmdDistance({ element: 1, bandwidth: s }), 0],
  "energy score": [() => energyScore({ element: 1 }), 1],
  "a distance of one's own, of fourth degree": [
    () =>
      customDistance({
        name: "fourth",
        unit: "x to the fourth",
        between: (a, b) => a.reduce((sum: number, value: number, j: number) => sum + (value - b[j]!) ** 4, 0),
      }),
    4,
  ],
};

for (const [name, [distance, degree, options = {}]] of Object.entries(cases)) {
  Deno.test(`a cost is the same in every unit of x: ${name}`, async () => {
    const at = (s: number) => trained(s, degree, { ...options, distance: distance(s) });
    const [first, ...others] = await Promise.all(UNITS.map(at));
    const size = first!.cost.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assert(size > 0.05, `${size}`);
    for (const [i, { cost, history }] of others.entries()) {
      const off = cost.reduce((most, value, k) => Math.max(most, Math.abs(value - first!.cost[k]!)), 0);
      assert(off < 1e-3 * size, `unit ${UNITS[i + 1]}: ${off} of ${size}`);
      const loss = history.validation.at(-1)! / UNITS[i + 1]! ** (2 * degree);
      assertAlmostEquals(loss / first!.history.validation.at(-1)!, 1, 1e-3);
    }
  });
}

Deno.test("both engines train and evaluate costs in tiny units", async () => {
  const options = { simulations: 300, maxEpochs: 8 };
  const [fused, tensors] = [
    await trained(1e-12, 2, options),
    await trained(1e-12, 2, options, tensorEngine()),
  ];
  fused.cost.forEach((value, k) => assertAlmostEquals(value, tensors.cost[k]!, 1e-3));
});

Deno.test("a cost in nanounits is the exact one", async () => {
  const s = 1e-9;
  const { artifact } = await ace(key(2), { prior, simulator: throwing(s) }, { simulations: 2000 });
  const found = await costs(artifact, [0.3 * s, 0.3 * s], s * s);
  const errors = Array.from(
    GRID.data,
    (angle, i) => Math.abs(found[i]! - (Math.sin(2 * angle) - 0.3) ** 2 - 0.01),
  );
  assert(Math.max(...errors.slice(5, -5)) < 0.05, `${Math.max(...errors)}`);
  // History is in squared units of the distance: nothing is below the variance of single simulations.
  assert(artifact.provenance.training.loss < 0.05 * s ** 4);
});

const MU = independent({ mu: uniform(-1, 1) });

/** Mean and sd of μ ~ U(−1, 1) given two looks at 0.3 with noise 0.1, by a ratio in a unit and with an offset. */
async function located(scale: number, offset = 0) {
  const twice = simulator({
    name: "twice",
    thetaDim: 1,
    xDim: 2,
    simulate: (random, [mu]) => [0, 1].map(() => offset + scale * (mu! + 0.1 * drawNormal(random))),
  });
  const { artifact, warnings } = await nre(key(3), { prior: MU, simulator: twice }, {
    simulations: 2000,
    maxEpochs: 50,
  });
  using given = await posterior(artifact, [0, 1].map(() => offset + scale * 0.3), { warmup: 200 });
  const { mean, sd } = summary(await given.sample(key(4), 2000))[0]!;
  return { mean, sd, warnings, told: given.warnings };
}

Deno.test("a ratio is right in tiny and huge units, and far from zero", async () => {
  const right = 0.1 / Math.SQRT2;
  for (const [scale, offset] of [[1e-12, 0], [1e-200, 0], [1e150, 0], [1e-3, 1187008882.4], [1e-6, 1e6]]) {
    const { mean, sd, warnings, told } = await located(scale!, offset);
    assertAlmostEquals(mean, 0.3, 0.5 * right, `${scale} ${offset}`);
    assertAlmostEquals(sd / right, 1, 0.2, `${scale} ${offset}`);
    assertEquals([warnings, told], [[], []]);
  }
});

Deno.test("columns that say nothing are told, and do no harm", async () => {
  const model = simulator({
    name: "idle",
    thetaDim: 2,
    xDim: 4,
    simulate: (random, [mu]) => {
      const x = mu! + 0.1 * drawNormal(random);
      return [x, 5e12, x, 1e12 + 1e-3 * random.uniform()];
    },
  });
  const two = independent({ mu: uniform(-1, 1), nu: uniform(-1, 1) });
  const { artifact, warnings } = await nre(key(5), { prior: two, simulator: model }, {
    simulations: 2000,
    maxEpochs: 50,
  });
  assertEquals(warnings.length, 2, warnings.join("\n"));
  assertMatch(warnings[0]!, /^Column 1 of x never varied/);
  assertMatch(warnings[1]!, /^Column 3 of x varied by less than a float64/);
  using given = await posterior(artifact, [0.3, 5e12, 0.3, 1e12], { warmup: 200 });
  const [row] = summary(await given.sample(key(6), 2000));
  assertAlmostEquals(row!.mean, 0.3, 0.05);
  assertAlmostEquals(row!.sd / 0.1, 1, 0.25);
});

Deno.test("parameters may be tiny and huge", async () => {
  for (const scale of [1e-12, 1e12]) {
    const tiny = independent({ mu: uniform(-scale, scale) });
    const model = simulator({
      name: "tiny",
      thetaDim: 1,
      xDim: 1,
      simulate: (random, [mu]) => [mu! / scale + 0.1 * drawNormal(random)],
    });
    const { artifact, warnings } = await nre(key(7), { prior: tiny, simulator: model }, {
      simulations: 2000,
      maxEpochs: 50,
    });
    assertEquals(warnings, []);
    using given = await posterior(artifact, [0.3], { warmup: 200 });
    const [row] = summary(await given.sample(key(8), 2000));
    assertAlmostEquals(row!.mean / scale, 0.3, 0.05);
    assertAlmostEquals(row!.sd / scale / 0.1, 1, 0.2);
  }
});
