import { assert, assertRejects } from "@std/assert";
import { key, points } from "@likely/core";
import { calibrationRun } from "./calibration_run.ts";
import { mlpClassifier } from "./classifier.ts";
import { type Error2d, pairs, posterior } from "./_gaussian_case_test.ts";
import { lc2st } from "./lc2st.ts";

const train = mlpClassifier({ hidden: [16], epochs: 25, learningRate: 0.01 });

async function judge(error: Error2d, x = [0.5, -1]) {
  const run = await calibrationRun(key(5), pairs(600), posterior(error), { draws: 1 });
  const draws = await posterior(error)(key(6), Float64Array.from(x), 300);
  return lc2st(key(1), run, { x, draws }, { nulls: 19, train });
}

Deno.test("lc2st() passes the right posterior at an observation", async () => {
  const { pValue, statistic, isRejected } = await judge({});
  assert(pValue > 0.05 && !isRejected, `p ${pValue}`);
  assert(statistic < 0.02);
});

Deno.test("lc2st() finds a posterior that is shifted, too narrow or too wide", async () => {
  for (const error of [{ shift: 1 }, { scale: 0.5 }, { scale: 2 }]) {
    const { pValue, statistic } = await judge(error);
    assert(pValue <= 0.05, `${JSON.stringify(error)}: p ${pValue}, statistic ${statistic}`);
  }
});

Deno.test("lc2st() refuses what does not fit", async () => {
  const run = await calibrationRun(key(5), pairs(20), posterior(), { draws: 1 });
  const draws = points(new Float64Array(4), 2);
  await assertRejects(() => lc2st(key(0), run, { x: [1], draws }), TypeError, "length 2");
  await assertRejects(() => lc2st(key(0), run, { x: [1, 2], draws: points(draws.data, 1) }), TypeError);
  await assertRejects(() => lc2st(key(0), run, { x: [1, 2], draws }, { nulls: 0 }), RangeError, "nulls");
  await assertRejects(() => lc2st(key(0), run, { x: [1, NaN], draws }), RangeError, "x[1] must be finite");
});
