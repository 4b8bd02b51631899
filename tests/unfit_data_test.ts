// Data and priors that do not go together are refused, or told, before training.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type Dataset,
  drawNormal,
  gamma,
  independent,
  key,
  normal,
  points,
  type Prior,
  simulate,
  simulator,
  trainCost,
  trainRatio,
  uniform,
} from "@likely/sbi";

const flat = independent({ mu: uniform(0, 1), nu: uniform(-1, 1) });
const model = simulator({
  name: "noisy",
  thetaDim: 2,
  xDim: 2,
  simulate: (random, theta) => Array.from(theta, (value) => drawNormal(random, value, 0.1)),
});

/** An engine that must not be asked to train. */
let steps = 0;
const options = { maxEpochs: 1, onProgress: () => void steps++ };

async function refused(
  prior: Prior,
  dataset: Dataset,
  kind: typeof TypeError | typeof RangeError,
  says: string,
) {
  for (const train of [trainRatio, trainCost]) {
    const pairs = { simulator: "noisy", prior: prior.spec, dataset };
    await assertRejects(() => train(key(0), pairs, options), kind, says);
  }
}

function withNumber(data: Dataset, part: "theta" | "x", at: number, value: number): Dataset {
  const rows = { ...data[part], data: data[part].data.slice() };
  rows.data[at] = value;
  return { ...data, [part]: rows };
}

Deno.test("data that cannot be of their prior are refused before training, by row and column", async () => {
  const data = await simulate(key(1), { prior: flat, simulator: model }, 300);
  await refused(independent({ mu: uniform(0, 1) }), data, TypeError, "theta must have 1 columns");
  await refused(
    flat,
    withNumber(data, "theta", 14, 10),
    RangeError,
    "row 7 has 10 in column 0, mu, whose support is from 0 to 1",
  );
  await refused(
    flat,
    withNumber(data, "theta", 15, NaN),
    RangeError,
    "theta must be finite: row 7 has NaN in column 1",
  );
  await refused(
    flat,
    withNumber(data, "x", 15, Infinity),
    RangeError,
    "x must be finite: row 7 has Infinity in column 1",
  );
  const failedTheta = points(new Float64Array([0.5, 3]), 2);
  await refused(flat, { ...data, failed: 1, failedTheta }, RangeError, "failedTheta must lie within");
  const fewer = { ...data, x: points(data.x.data.slice(0, 20), 2) };
  await refused(flat, fewer, TypeError, "x must have 300 rows");
  const positive = independent({ mu: gamma(2, 2), nu: uniform(-1, 1) });
  await refused(positive, withNumber(data, "theta", 4, -0.2), RangeError, "row 2 has -0.2 in column 0");
  await refused(positive, withNumber(data, "theta", 4, 0), RangeError, "row 2 has 0 in column 0");
  assertEquals(steps, 0);
});

Deno.test("parameters that are distributed otherwise than their prior are told", async () => {
  const prior = independent({ mu: normal(0, 1), nu: normal(0, 1) });
  const data = await simulate(key(2), { prior, simulator: model }, 300);
  const wide = { ...data, theta: { ...data.theta, data: data.theta.data.map((v, k) => k % 2 ? v : 10 * v) } };
  for (const train of [trainRatio, trainCost]) {
    const warnings = async (dataset: Dataset) =>
      (await train(key(0), { simulator: "noisy", prior: prior.spec, dataset }, { maxEpochs: 1 })).warnings;
    assertEquals(await warnings(data), []);
    const [text, ...more] = await warnings(wide);
    assertStringIncludes(text!, "Values of mu are not distributed as their prior");
    assertEquals(more, []);
  }
});

Deno.test("parameters of which some failed are of their prior all the same", async () => {
  const moody = simulator({ ...NAMES, simulate: (_, theta) => theta[0]! > 0.5 ? [NaN, NaN] : theta });
  const dataset = await simulate(key(3), { prior: flat, simulator: moody }, 600);
  const { warnings } = await trainRatio(key(0), { simulator: "moody", prior: flat.spec, dataset }, {
    maxEpochs: 1,
  });
  assert(!warnings.join().includes("not distributed"), warnings.join());
});

const NAMES = { name: "moody", thetaDim: 2, xDim: 2 } as const;

Deno.test("observations that cannot be targets are refused, not counted as failures", async () => {
  const dataset = await simulate(key(4), { prior: flat, simulator: model }, 300);
  const pairs = { simulator: "noisy", prior: flat.spec, dataset };
  const observations = points(new Float64Array([0, NaN]), 2);
  await assertRejects(
    () => trainCost(key(0), pairs, { observations }),
    RangeError,
    "observations must be finite",
  );
  const narrow = points(new Float64Array([0]), 1);
  await assertRejects(() => trainCost(key(0), pairs, { observations: narrow }), TypeError, "2 columns");
});
