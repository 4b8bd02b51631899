import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawExponential, fromRows, key, type Points, points, row, split, stream } from "@likely/core";
import { mg1Queue } from "./mg1_queue.ts";

const THETA = [1, 4, 0.2];

function repeated(theta: readonly number[], n: number): Points {
  return points(Float64Array.from({ length: 3 * n }, (_, i) => theta[i % 3]!), 3);
}

Deno.test("mg1Queue() has a likelihood whose integral over one or two times is 1", () => {
  // The shortest and longest service are at ends of cells; beyond 60 lies 4e-5 of the first time.
  const [cells, width] = [600, 0.1];
  const middles = Float64Array.from({ length: cells }, (_, i) => (i + 0.5) * width);
  const one = mg1Queue({ customers: 1 }).simulator;
  const single = one.logLikelihood!(repeated(THETA, cells), points(middles, 1));
  assertAlmostEquals(single.reduce((sum, v) => sum + Math.exp(v) * width, 0), 1, 2e-4);
  const two = mg1Queue({ customers: 2 }).simulator;
  const pairs = points(
    Float64Array.from(
      { length: 2 * cells * cells },
      (_, i) => middles[i % 2 === 0 ? Math.floor(i / 2 / cells) : (i >> 1) % cells]!,
    ),
    2,
  );
  const double = two.logLikelihood!(repeated(THETA, pairs.n), pairs);
  assertAlmostEquals(double.reduce((sum, v) => sum + Math.exp(v) * width ** 2, 0), 1, 5e-4);
});

Deno.test("mg1Queue() has the likelihood that many drawn arrivals give", () => {
  const [n, draws] = [5, 400_000];
  const { simulator } = mg1Queue({ customers: n });
  for (const [theta, seed] of [[[1, 4, 0.3], 1], [[2, 3, 0.33], 2], [[0.5, 8, 0.2], 3]] as const) {
    const [low, high, rate] = [theta[0]!, theta[0]! + theta[1]!, theta[2]!];
    const x = simulator.simulate(key(seed), fromRows([theta]));
    const allowed = [...x.data].map((time, i) => {
      const departure = x.data.slice(0, i + 1).reduce((a, b) => a + b);
      return { first: time > high ? departure - high : 0, last: departure - low };
    });
    const random = stream(key(10 + seed));
    let obeyed = 0;
    for (let r = 0; r < draws; r++) {
      let arrival = 0;
      if (
        allowed.every(({ first, last }) => {
          arrival += drawExponential(random, rate);
          return arrival >= first && arrival <= last;
        })
      ) obeyed++;
    }
    assert(obeyed > 100, `${obeyed} of ${draws}`);
    const expected = Math.log(obeyed / draws) - n * Math.log(high - low);
    assertAlmostEquals(simulator.logLikelihood!(fromRows([theta]), x)[0]!, expected, 4 / Math.sqrt(obeyed));
  }
});

Deno.test("mg1Queue() puts the true parameters where a posterior must: ratios of likelihoods have mean 1", () => {
  // E[p(x | θ') / p(x | θ)] = 1 under θ, wherever θ' forbids nothing new; few customers keep the ratio tame.
  const n = 40_000;
  const { simulator } = mg1Queue({ customers: 4 });
  const x = simulator.simulate(key(4), repeated(THETA, n));
  const there = simulator.logLikelihood!(repeated(THETA, n), x);
  for (const theta of [[1, 4, 0.16], [1.2, 3.5, 0.2], [1, 3.5, 0.24]]) {
    const ratios = simulator.logLikelihood!(repeated(theta, n), x).map((v, i) => Math.exp(v - there[i]!));
    const mean = ratios.reduce((a, b) => a + b) / n;
    const spread = ratios.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    assertAlmostEquals(mean, 1, 4 * Math.sqrt(spread / n), `${theta}`);
  }
});

Deno.test("mg1Queue() serves as fast as it must where nobody waits, and where everybody does", () => {
  const n = 20_000;
  const { simulator } = mg1Queue({ customers: 2 });
  const mean = (theta: number[], column: number) => {
    const x = simulator.simulate(key(5), repeated(theta, n));
    return Array.from({ length: n }, (_, i) => row(x, i)[column]!).reduce((a, b) => a + b) / n;
  };
  // The first customer's arrival and service.
  assertAlmostEquals(mean(THETA, 0), 1 / 0.2 + 3, 4 * Math.sqrt((25 + 16 / 12) / n));
  // At a rate of 1000 the second waits.
  assertAlmostEquals(mean([1, 4, 1000], 1), 3, 4 * Math.sqrt(16 / 12 / n));
});

Deno.test("mg1Queue() with quartiles sees NumPy's quantiles of the same times", () => {
  const theta = mg1Queue().prior.sample(key(6), 5);
  const times = mg1Queue({ customers: 7 }).simulator.simulate(key(7), theta);
  const { simulator } = mg1Queue({ customers: 7, observe: "quartiles" });
  assertEquals(simulator.logLikelihood, undefined);
  const x = simulator.simulate(key(7), theta);
  for (let i = 0; i < x.n; i++) {
    const sorted = row(times, i).toSorted();
    const middle = (a: number, b: number) => (sorted[a]! + sorted[b]!) / 2;
    const expected = [sorted[0]!, middle(1, 2), sorted[3]!, middle(4, 5), sorted[6]!];
    expected.forEach((value, q) => assertAlmostEquals(row(x, i)[q]!, value, 1e-12));
  }
});

Deno.test("mg1Queue() has finite likelihoods far out, −∞ where times cannot be, and never throws", () => {
  const { simulator, prior } = mg1Queue();
  const [forTheta, forX] = split(key(8), 2);
  const x = simulator.simulate(forX, prior.sample(forTheta, 200));
  const least = Math.min(...row(x, 0));
  const at = (theta: number[], i = 0) =>
    simulator.logLikelihood!(fromRows([theta]), points(row(x, i).slice(), 50))[0]!;
  assertEquals(at([least + 1e-9, 5, 0.2]), -Infinity);
  assertEquals(
    [at([-1, 5, 0.2]), at([0, 0, 0.2]), at([0, 5, 0]), at([NaN, 5, 0.2])],
    new Array(4).fill(-Infinity),
  );
  for (let i = 0; i < x.n; i++) {
    // Anybody can have been served, by a slow server, at any rate.
    for (const rate of [1e-4, 0.3, 1e3, 1e6]) {
      const largest = Math.max(...row(x, i));
      assert(Number.isFinite(at([0, largest, rate], i)), `${i}, ${rate}`);
    }
  }
  assert(simulator.simulate(key(9), fromRows([[1, 1, 0], [NaN, 1, 1]])).data.every(Number.isNaN));
  assertThrows(() => mg1Queue({ customers: 0 }), RangeError, "customers");
});
