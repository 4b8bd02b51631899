import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key } from "@likely/core";
import { assertPairs, columns, couplings, failures, momentsOf, repeated } from "./_coupling_test.ts";
import { hodgkinHuxley } from "./hodgkin_huxley.ts";
import { hodgkinHuxleyLevels } from "./hodgkin_huxley_levels.ts";

const NOISY = [50, 5, 0.02, 0.05, 600, 60, 0.12, 75];

Deno.test("hodgkinHuxleyLevels() without noise ends at the known neuron bit for bit, and comes near it", () => {
  const theta = fromRows([[50, 5, 0.02, 0.05, 600, 60, 0, 75]]);
  const known = hodgkinHuxley().simulator.simulate(key(0), theta).data;
  const rows = hodgkinHuxleyLevels().simulator.levels!.map((level) => level.simulate(key(0), theta).data);
  assertEquals(rows.at(-1), known);
  // The kurtosis, of spikes alone; an order less for a step five times as long would be a fifth.
  const errors = rows.map((x) => Math.abs(x[6]! - known[6]!));
  assert(errors[1]! < errors[0]! && errors[0]! < 0.5 * known[6]!, `${errors}`);
});

Deno.test("hodgkinHuxleyLevels() has at its last level the law of the task by one time step", () => {
  const n = 60;
  const theta = repeated(NOISY, n);
  const task = hodgkinHuxleyLevels();
  const [rows, other] = [task, hodgkinHuxley()].map(({ simulator }) =>
    simulator.simulate(key(31), theta).data
  );
  for (let j = 0; j < 7; j++) {
    const a = momentsOf(rows!.filter((_, i) => i % 7 === j));
    const b = momentsOf(other!.filter((_, i) => i % 7 === j));
    assertAlmostEquals(a.mean, b.mean, 4 * Math.hypot(a.meanError, b.meanError), `statistic ${j}`);
    assertAlmostEquals(a.variance, b.variance, 4.5 * Math.hypot(a.varianceError, b.varianceError), `${j}`);
  }
});

Deno.test("hodgkinHuxleyLevels() differ less the finer they are, and at one θ by their noise", () => {
  const measured = couplings(hodgkinHuxleyLevels(), 100);
  assert(measured[1]!.matched < measured[0]!.matched / 2, JSON.stringify(measured));
  // Over the prior nearly all variance is that of θ; at one θ the mean voltage at rest is noise alone.
  const theta = repeated(NOISY, 60);
  const [coarse, middle, fine] = columns(hodgkinHuxleyLevels(), theta, 1);
  const other = columns(hodgkinHuxleyLevels(), theta, 1, key(32));
  const variance = (a: Float64Array, b: Float64Array) => momentsOf(a.map((v, i) => v - b[i]!)).variance;
  assert(variance(fine!, middle!) < 0.1 * variance(fine!, other[1]!));
  assert(variance(middle!, coarse!) < 0.1 * variance(middle!, other[0]!));
});

Deno.test("hodgkinHuxleyLevels() is finite over the prior, however long the steps", () => {
  assertEquals(failures(hodgkinHuxleyLevels({ steps: [290, 1450] }), 1000), [0, 0]);
  assertEquals(failures(hodgkinHuxleyLevels(), 100), [0, 0, 0]);
  assertPairs(hodgkinHuxleyLevels({ steps: [290, 7250] }), 5);
  assertEquals(hodgkinHuxleyLevels().simulator.levels!.map(({ cost }) => cost), [7250, 14_500, 72_500]);
  const bad = [...NOISY];
  bad[0] = -1;
  const failed = hodgkinHuxleyLevels().simulator.simulate(key(0), fromRows([bad])).data;
  assert(failed.subarray(1).every(Number.isNaN));
});

Deno.test("hodgkinHuxleyLevels() refuses steps that miss a switch of the current", () => {
  assertThrows(
    () => hodgkinHuxleyLevels({ steps: [0, 72_500] }),
    RangeError,
    "Cannot build Hodgkin-Huxley levels as steps must be a whole number >= 1: current value is 0",
  );
  assertThrows(() => hodgkinHuxleyLevels({ steps: [145, 72_500] }), RangeError, "steps must divide 72500");
  assertThrows(() => hodgkinHuxleyLevels({ steps: [7250, 145_000] }), RangeError, "current value is 145000");
  assertThrows(() => hodgkinHuxleyLevels({ steps: [72_500] }), RangeError, "two levels at least");
});
