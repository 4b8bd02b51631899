import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Dataset,
  fromRows,
  gamma,
  independent,
  key,
  normal,
  type Points,
  points,
  split,
  uniform,
} from "@likely/core";
import { refreshPairs } from "./refresh_pairs.ts";

/** One and the same x, and parameters from the prior: every row must find its way to p(θ | x). */
function replicas(theta: Points, x: readonly number[]): Dataset {
  return { theta, x: fromRows(Array.from({ length: theta.n }, () => x)), failed: 0 };
}

/** Means and variances over the rows of the last variant. */
function momentsOf(theta: Points, n: number): { mean: number; variance: number }[] {
  return Array.from({ length: theta.dim }, (_, j) => {
    const values = Array.from({ length: n }, (_, i) => theta.data[(theta.n - n + i) * theta.dim + j]!);
    const mean = values.reduce((a, b) => a + b) / n;
    return { mean, variance: values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1) };
  });
}

Deno.test("moves lead to a gamma posterior by its slope alone: mean and variance", async () => {
  // x ~ Exponential(θ), θ ~ Gamma(3, 2): θ | x ~ Gamma(4, 2 + x).
  const prior = independent({ rate: gamma(3, 2) });
  const score = (theta: Points, x: Points) => points(theta.data.map((rate, i) => 1 / rate - x.data[i]!), 1);
  const [forTheta, forMoves] = split(key(1), 2);
  const n = 10_000;
  const data = replicas(prior.sample(forTheta, n), [1.5]);
  const { theta, acceptance } = await refreshPairs(forMoves, data, {
    prior,
    score,
    variants: 2,
    moves: 40,
    stepSize: 5,
  });
  const { mean, variance } = momentsOf(theta, n)[0]!;
  const [exactMean, exactVariance] = [4 / 3.5, 4 / 3.5 ** 2];
  assert(Math.abs(mean - exactMean) < 4 * Math.sqrt(exactVariance / n), `mean ${mean}`);
  // Of a gamma variate of shape 4 the excess kurtosis is 6 / 4.
  assert(Math.abs(variance - exactVariance) < 4 * exactVariance * Math.sqrt((2 + 6 / 4) / n), `${variance}`);
  assert(acceptance > 0.5 && acceptance < 1, `acceptance ${acceptance}`);
});

Deno.test("moves lead to a correlated normal posterior: means, variances, covariance", async () => {
  // θ ~ N(0, I), x = θ₀ + θ₁ + N(0, ½): the posterior's precision is [[3, 2], [2, 3]].
  const prior = independent({ a: normal(0, 1), b: normal(0, 1) });
  const score = (theta: Points, x: Points) =>
    fromRows(Array.from(x.data, (seen, i) => {
      const missed = 2 * (seen - theta.data[2 * i]! - theta.data[2 * i + 1]!);
      return [missed, missed];
    }));
  const [forTheta, forMoves] = split(key(2), 2);
  const n = 10_000;
  const data = replicas(prior.sample(forTheta, n), [1]);
  const { theta } = await refreshPairs(forMoves, data, { prior, score, variants: 2, moves: 40 });
  for (const { mean, variance } of momentsOf(theta, n)) {
    assert(Math.abs(mean - 0.4) < 4 * Math.sqrt(0.6 / n), `mean ${mean}`);
    assert(Math.abs(variance - 0.6) < 4 * 0.6 * Math.sqrt(2 / n), `variance ${variance}`);
  }
  const sums = points(
    Float64Array.from({ length: n }, (_, i) => theta.data[2 * (n + i)]! + theta.data[2 * (n + i) + 1]!),
    1,
  );
  const { variance } = momentsOf(sums, n)[0]!;
  assert(Math.abs(variance - 0.4) < 4 * 0.4 * Math.sqrt(2 / n), `variance of the sum ${variance}`);
});

const prior = independent({ rate: uniform(0.5, 2) });
const score = (theta: Points, x: Points) => points(theta.data.map((rate, i) => 1 / rate - x.data[i]!), 1);
const data: Dataset = {
  theta: fromRows([[0.6], [1], [1.7]]),
  x: fromRows([[2], [0.5], [0.1]]),
  failed: 0,
};

Deno.test("variant 0 is what was simulated, scores belong to their θ, and all stays in the support", async () => {
  const { theta, score: scores, variants } = await refreshPairs(key(3), data, { prior, score, variants: 20 });
  assertEquals(theta.data.slice(0, 3), data.theta.data);
  const x = fromRows(Array.from({ length: variants * 3 }, (_, k) => [data.x.data[k % 3]!]));
  assertEquals(scores, score(theta, x));
  assert(theta.data.every((rate) => rate > 0.5 && rate < 2));
  assert(new Set(theta.data).size > 30, "moves must be accepted");
});

Deno.test("the same key gives the same pairs, whatever scores the data have; another key gives others", async () => {
  const options = { prior, score, variants: 3 };
  const pairs = await refreshPairs(key(4), data, options);
  assertEquals(await refreshPairs(key(4), { ...data, score: data.x }, options), pairs);
  assert(
    (await refreshPairs(key(5), data, options)).theta.data.some((rate, k) => rate !== pairs.theta.data[k]),
  );
});

Deno.test("a move to where the score is not finite is refused", async () => {
  const broken = (theta: Points, x: Points) =>
    points(score(theta, x).data.map((value, i) => theta.data[i]! > 1.2 ? NaN : value), 1);
  const start = { ...data, theta: fromRows([[0.6], [1], [1.1]]) };
  const { theta, acceptance } = await refreshPairs(key(6), start, { prior, score: broken, variants: 20 });
  assert(theta.data.every((rate) => rate <= 1.2));
  assert(acceptance > 0 && acceptance < 1);
  await assertRejects(
    () => refreshPairs(key(6), data, { prior, score: broken }),
    RangeError,
    "row 2 has NaN",
  );
});

Deno.test("numbers of variants and moves depend on the data, and are checked", async () => {
  assertEquals((await refreshPairs(key(0), data, { prior, score, moves: 1 })).variants, 16);
  await assertRejects(
    () => refreshPairs(key(0), data, { prior, score, variants: 1 }),
    RangeError,
    "variants",
  );
  await assertRejects(() => refreshPairs(key(0), data, { prior, score, moves: 0 }), RangeError, "moves");
  await assertRejects(
    () => refreshPairs(key(0), data, { prior, score, stepSize: 0 }),
    RangeError,
    "stepSize",
  );
  const wide = independent({ a: uniform(0, 9), b: uniform(0, 9) });
  await assertRejects(() => refreshPairs(key(0), data, { prior: wide, score }), TypeError, "theta");
});

Deno.test("refreshPairs() tells how far it is, and stops when it is told to", async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const run = refreshPairs(key(7), data, {
    prior,
    score,
    variants: 3,
    moves: 2,
    signal: stop.signal,
    onProgress: ({ done, total }) => {
      seen.push(done, total);
      if (done === 2) stop.abort(new Error("enough"));
    },
  });
  await assertRejects(() => run, Error, "enough");
  assertEquals(seen, [1, 4, 2, 4]);
});
