/** What do calibration and two-sample diagnostics cost, and what the calibration of a surrogate? */

import {
  c2st,
  type CalibrationRun,
  calibrationRun,
  mmd,
  sbc,
  slicedWasserstein,
  tarp,
} from "@likely/diagnostics";
import { independent, key, normal, type Points } from "@likely/core";
import { calibrate, nre, twoMoons } from "@likely/sbi";
import { medianSeconds, type Row } from "./_measure.ts";

export const question = "Calibration: 1,000 cases of 99 draws; two-sample tests of 1,000 rows a side";

/** Milliseconds per call, one thread; seconds for a whole surrogate, sampling included. */
export async function rows(): Promise<Row[]> {
  const run = await exampleRun(1000);
  const [a, b] = [normals(1, 1000), normals(2, 1000)];
  const small = [normals(3, 500), normals(4, 500)] as const;
  return [
    await timed("sbc, 2 parameters", () => sbc(key(0), run)),
    await timed("tarp", () => tarp(key(0), run)),
    await timed("c2st, 2 dimensions", () => c2st(key(0), a, b)),
    await timed("mmd, 500 rows a side, 200 permutations", () => mmd(key(0), ...small)),
    await timed("slicedWasserstein, 100 directions", () => slicedWasserstein(key(0), a, b)),
    await wholeSurrogate(),
  ];
}

/** SBC, coverage and TARP of a ratio surrogate of two moons, resnet 2 x 50, with their sampling. */
async function wholeSurrogate(): Promise<Row> {
  const task = twoMoons();
  const { artifact } = await nre(key(7), task, {
    trunk: { kind: "resnet", blocks: 2, width: 50, activation: "silu" },
    maxEpochs: 20,
  });
  const began = performance.now();
  await calibrate(key(8), artifact, task.simulator, { datasets: 1000, draws: 1000 });
  const value = (performance.now() - began) / 1000;
  return { what: "calibrate, 1,000 data sets of two_moons x 1,000 draws", value, unit: "s" };
}

async function timed(what: string, call: () => unknown): Promise<Row> {
  return { what, value: 1000 * await medianSeconds(call, 0.5), unit: "ms" };
}

function normals(seed: number, n: number): Points {
  return independent({ a: normal(0, 1), b: normal(0, 1) }).sample(key(seed), n);
}

function exampleRun(n: number): Promise<CalibrationRun> {
  const theta = normals(5, n);
  return calibrationRun(
    key(6),
    { theta, x: theta, failed: 0 },
    (key, _x, draws) => independent({ a: normal(0, 1), b: normal(0, 1) }).sample(key, draws),
  );
}
