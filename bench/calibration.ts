/** What do the calibration and two-sample diagnostics cost? */

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
import { medianSeconds, type Row } from "./_measure.ts";

export const question = "Calibration: 1,000 cases of 99 draws; two-sample tests of 1,000 rows a side";

/** Milliseconds per call, one thread. */
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
  ];
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
