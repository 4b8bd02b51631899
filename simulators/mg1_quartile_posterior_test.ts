import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { foldIn, fromRows, key, row, split, stream } from "@likely/core";
import { logQueue } from "./_queue_likelihood.ts";
import { quartileRules, type QuartileState, sweepQuartiles } from "./_queue_quartiles.ts";
import { mg1QuartilePosterior } from "./mg1_quartile_posterior.ts";
import { mg1Queue } from "./mg1_queue.ts";

// With 10 customers every quartile lies between two times, with 9 none does.
for (const customers of [9, 10]) {
  Deno.test(`sweeps keep the quartiles and the joint law of parameters and ${customers} times`, () => {
    const [n, sweeps] = [1500, 12];
    const [forTheta, forX] = split(key(20), 2);
    const { prior, simulator } = mg1Queue({ customers });
    const theta = prior.sample(forTheta, n);
    const x = simulator.simulate(forX, theta);
    const rules = quartileRules(customers);
    // What is drawn from the joint law must still be so after the sweeps: changes have mean 0.
    const changes = Array.from({ length: n }, (_, i) => {
      const [low, range, rate] = row(theta, i);
      const queue = { low: low!, high: low! + range!, rate: rate! };
      const times = row(x, i).slice();
      const start = { ...queue, times, logLikelihood: logQueue(queue, times) };
      let state: QuartileState = start;
      const random = stream(foldIn(key(21), i));
      for (let s = 0; s < sweeps; s++) state = sweepQuartiles(random, rules, state);
      quartiles(state.times).forEach((value, q) =>
        assertAlmostEquals(value, quartiles(times)[q]!, 1e-9 * value)
      );
      return features(state).map((value, f) => value - features(start)[f]!);
    });
    for (let f = 0; f < changes[0]!.length; f++) {
      const mean = changes.reduce((sum, change) => sum + change[f]!, 0) / n;
      const square = changes.reduce((sum, change) => sum + change[f]! ** 2, 0) / n;
      assert(
        square > 0 && Math.abs(mean) < 4 * Math.sqrt(square / n),
        `${f}: ${mean / Math.sqrt(square / n)}`,
      );
    }
  });
}

function features({ low, high, rate, times, logLikelihood }: QuartileState): number[] {
  const range = high - low;
  const own = [low, low * low, range, range * range, rate, rate * rate, low * range, range * rate];
  const sorted = times.toSorted();
  // Of ten times the lower quartile holds the third and the fourth.
  return [
    ...own,
    logLikelihood,
    Math.log(times[0]!),
    Math.log(sorted[1]!),
    Math.log(sorted[3]! - sorted[2]!),
  ];
}

function quartiles(times: Float64Array): number[] {
  const sorted = times.toSorted();
  return [0, 1, 2, 3, 4].map((q) => {
    const at = (times.length - 1) * q / 4;
    return sorted[Math.floor(at)]! + (at % 1) * (sorted[Math.ceil(at)]! - sorted[Math.floor(at)]!);
  });
}

Deno.test("mg1QuartilePosterior() finds the parameters of many customers", () => {
  const { simulator } = mg1Queue({ observe: "quartiles" });
  const truth = [1, 4, 0.2];
  const observed = simulator.simulate(key(22), fromRows([truth])).data;
  const { values } = mg1QuartilePosterior(key(23), observed, { chains: 2, warmup: 100, draws: 60, thin: 5 });
  truth.forEach((value, j) => {
    const column = values.filter((_, i) => i % 3 === j);
    const mean = column.reduce((a, b) => a + b) / column.length;
    const sd = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length);
    assert(Math.abs(mean - value) < 4 * sd && sd < [0.5, 2.2, 0.08][j]!, `${j}: ${mean} ± ${sd}`);
  });
});

Deno.test("mg1QuartilePosterior() refuses what are no quartiles", () => {
  const refuse = (observed: number[], message: string) =>
    assertThrows(() => mg1QuartilePosterior(key(0), observed), Error, message);
  refuse([1, 2, 3], "observed must have length 5");
  refuse([1, 3, 2, 4, 5], "observed must rise from above 0");
  assertThrows(
    () => mg1QuartilePosterior(key(0), [1, 2, 3, 4, 5], { customers: 8 }),
    RangeError,
    "customers",
  );
});
