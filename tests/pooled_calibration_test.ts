// Calibration of what several independent observations say together, against a posterior that is known.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Artifact,
  drawNormal,
  type Engine,
  independent,
  key,
  normal,
  type Points,
  simulator,
} from "@likely/core";
import { calibrate, calibrationVerdict, nre } from "@likely/sbi";

const prior = independent({ mu: normal(0, 1) });
const TRIALS = 5;

/** One measurement of mu, or several in a row. */
const measured = (trials: number) =>
  simulator({
    name: "measured",
    thetaDim: 1,
    xDim: trials,
    simulate: (random, [mu]) => Float64Array.from({ length: trials }, () => mu! + drawNormal(random)),
  });

const artifact = {
  kind: "likelihood",
  spec: { kind: "network", thetaDim: 1, xDim: 1 },
  scaling: { x: {} },
  provenance: {},
  prior: prior.spec,
} as Artifact;

/** Believes that a measurement is off by a shift. */
function engine(shift = 0): Engine {
  const never = () => Promise.reject(new Error("not asked for"));
  return {
    name: "exact",
    trainStep: never,
    logDensity: (_artifact, x) =>
      Promise.resolve({
        ...densities(x, shift),
        evaluate: (theta) => pooled(theta, x, shift),
        count: undefined,
      }),
    density: never,
    logDensities: (_artifact, x) => Promise.resolve(densities(x, shift)),
  };
}

function densities(x: Points, shift: number) {
  return {
    name: "exact",
    dim: 1,
    count: x.n,
    embedded: x,
    evaluate: (theta: Points, { chains }: { readonly chains?: ArrayLike<number> } = {}) => {
      const grad = new Float64Array(theta.n);
      const value = Float64Array.from({ length: theta.n }, (_, i) => {
        const z = x.data[(chains ? chains[i]! : i) % x.n]! - theta.data[i]! - shift;
        grad[i] = z;
        return -z * z / 2;
      });
      return { value, grad };
    },
    [Symbol.dispose]: () => {},
  };
}

/** All rows of x together. */
function pooled(theta: Points, x: Points, shift: number) {
  const grad = new Float64Array(theta.n);
  const value = Float64Array.from({ length: theta.n }, (_, i) => {
    let sum = 0;
    for (const at of x.data) {
      const z = at - theta.data[i]! - shift;
      sum -= z * z / 2;
      grad[i]! += z;
    }
    return sum;
  });
  return { value, grad };
}

const options = { datasets: 100, draws: 49, trials: TRIALS, smc: { particles: 200 } };

for (
  const [name, given] of Object.entries({
    "one trial at a time": measured(1),
    "all trials": measured(TRIALS),
  })
) {
  Deno.test(`posteriors of several trials are what is known, of a simulator of ${name}`, async () => {
    const found = await calibrate(key(4), artifact, given, { ...options, engine: engine() });
    assertEquals([found.run.failed, found.run.x.dim], [0, TRIALS]);
    assertEquals(calibrationVerdict(found), "No sign of miscalibration in 100 data sets.");
    let [squares, errors] = [0, 0];
    for (let i = 0; i < found.run.theta.n; i++) {
      const sum = found.run.x.data.subarray(i * TRIALS, (i + 1) * TRIALS).reduce((a, b) => a + b, 0);
      const draws = found.run.draws.data.subarray(i * 49, (i + 1) * 49);
      const mean = sum / (TRIALS + 1);
      errors += draws.reduce((a, b) => a + b - mean, 0) / draws.length;
      squares += draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    }
    // The posterior is normal with a variance of 1/6. Of 4,900 draws, most of them independent, its mean has a
    // standard error of 1.4 % of the sd, its variance one of 2 %: five of each.
    assertAlmostEquals(squares / found.run.theta.n, 1 / (TRIALS + 1), 0.1 / (TRIALS + 1));
    assertAlmostEquals(errors / found.run.theta.n, 0, 0.07 / Math.sqrt(TRIALS + 1));
  });
}

Deno.test("an error that one observation hides is found in several; chains find none where there is none", async () => {
  const wrong = { ...options, datasets: 40, engine: engine(0.2) };
  // The posterior of one is off by 0.14 of its sd, that of 20 by 0.9.
  const [one, many] = [
    await calibrate(key(5), artifact, measured(1), { ...wrong, trials: 1 }),
    await calibrate(key(5), artifact, measured(1), { ...wrong, trials: 20 }),
  ];
  assert(one.sbc.pValue > 0.01, `${one.sbc.pValue}`);
  assert(many.sbc.pValue < 1e-4, `${many.sbc.pValue}`);
  const chains = { chains: 2, warmup: 100 };
  const exact = await calibrate(key(6), artifact, measured(1), {
    ...options,
    datasets: 40,
    draws: 49,
    engine: engine(),
    chains,
  });
  assert(exact.sbc.pValue > 0.01, `${exact.sbc.pValue}`);
});

Deno.test("trials are refused where x does not hold them, or the surrogate knows one observation", async () => {
  const refused = (given: Artifact, dim: number, trials: number, says: string) =>
    assertRejects(() => calibrate(key(0), given, measured(dim), { trials, engine: engine() }), Error, says);
  await refused(artifact, 3, 8, "x of measured must have 1 or 8 numbers: current value is 3");
  await refused(artifact, 1, 0, "trials must be a whole number >= 1");
  await refused({ ...artifact, kind: "posterior" }, 1, 8, "it was learned from one observation");
});

Deno.test("calibrate() pools trials of a simulator that is waited for as of one that is not", async () => {
  const define = { name: "noisy", thetaDim: 1, xDim: 1 };
  const now = simulator({ ...define, simulate: (random, [a]) => [a! + drawNormal(random)] });
  const late = simulator({ ...define, simulate: async (random, [a]) => [await a! + drawNormal(random)] });
  const { artifact: ratio } = await nre(key(0), { prior, simulator: now }, {
    simulations: 200,
    maxEpochs: 1,
  });
  const found = await Promise.all(
    [now, late].map((simulator) =>
      calibrate(key(1), ratio, simulator, { datasets: 4, draws: 19, trials: 3 })
    ),
  );
  assertEquals(found[0]!.run, found[1]!.run);
});
