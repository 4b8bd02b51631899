import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { drawNormal, key, points, stream } from "@likely/core";
import { calibrationRun } from "./calibration_run.ts";
import { pairs, posterior } from "./_gaussian_case_test.ts";
import { sbc } from "./sbc.ts";
import { thinDraws } from "./thin_draws.ts";

Deno.test("a run that is cut short and taken up is the run that was not", async () => {
  const whole = await calibrationRun(key(1), pairs(20), posterior(), { draws: 9 });
  const first = await calibrationRun(key(1), pairs(20), posterior(), { draws: 9, count: 7 });
  assertEquals([first.done, first.theta.n], [7, 7]);
  assertEquals(await calibrationRun(key(1), pairs(20), posterior(), { draws: 9, previous: first }), whole);

  const controller = new AbortController();
  const onProgress = ({ done }: { done: number }) => done === 4 && controller.abort();
  const { signal } = controller;
  const cut = await calibrationRun(key(1), pairs(20), posterior(), { draws: 9, onProgress, signal });
  assertEquals(cut.done, 4);
  assertEquals(await calibrationRun(key(1), pairs(20), posterior(), { draws: 9, previous: cut }), whole);
  await assertRejects(
    () => calibrationRun(key(1), pairs(20), posterior(), { previous: first }),
    RangeError,
    "9 as before",
  );
});

Deno.test("posteriors that fail are counted, named and left out", async () => {
  let row = 0;
  const broken: ReturnType<typeof posterior> = async (key, x, n) => {
    const i = row++;
    if (i === 1) throw new Error("no convergence");
    const draws = await posterior()(key, x, n);
    if (i === 3) draws.data[5] = NaN;
    return draws;
  };
  const run = await calibrationRun(key(1), pairs(12, 2), broken);
  assertEquals([run.done, run.failed, run.theta.n, run.draws.n], [12, 2, 10, 990]);
  assertEquals(run.failures, [{ row: 1, reason: "no convergence" }, {
    row: 3,
    reason: "a posterior draw is NaN",
  }]);
  assertEquals([sbc(key(0), run).failed, run.failedSimulations], [2, 2]);
  const always = () => Promise.reject(new Error("never"));
  await assertRejects(() => calibrationRun(key(1), pairs(2), always), RangeError, "row 0 says never");
});

Deno.test("a posterior must have enough rows of the right width; of more, evenly spaced ones are kept", async () => {
  const rows = (n: number, dim: number) => () =>
    points(Float64Array.from({ length: n * dim }, (_, k) => k), dim);
  await assertRejects(() => calibrationRun(key(1), pairs(2), rows(98, 2)), TypeError, "at least 99");
  await assertRejects(() => calibrationRun(key(1), pairs(2), rows(99, 1)), TypeError, "2 columns");
  const { draws } = await calibrationRun(key(1), pairs(1), rows(6, 2), { draws: 3 });
  assertEquals([...draws.data], [0, 1, 4, 5, 8, 9]);
});

Deno.test("thinDraws() keeps rows that are as good as independent, or refuses", () => {
  const random = stream(key(2));
  const length = 20_000;
  const values = new Float64Array(length);
  for (let t = 1; t < length; t++) values[t] = 0.9 * values[t - 1]! + drawNormal(random);
  const info = { sampler: "test", evaluations: 0 };
  const draws = { names: ["mu"], chains: 2, length: length / 2, values, info, warnings: [] };
  const { data, n } = thinDraws(draws, 500);
  let [product, square] = [0, 0];
  for (let t = 1; t < n; t++) product += data[t]! * data[t - 1]!, square += data[t]! ** 2;
  // 0.9⁴⁰ = 0.015 is left of the autocorrelation; its standard error is 1/√500 = 0.045.
  assert(Math.abs(product / square) < 0.015 + 3 * 0.045);
  assertThrows(() => thinDraws(draws, 5000), RangeError, "effective");
});
