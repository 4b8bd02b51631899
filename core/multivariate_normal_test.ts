import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import golden from "../tests/golden/priors.json" with { type: "json" };
import { key } from "./key.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import { fromRows } from "./points.ts";

const { mean, covariance, rows, logDensity, score } = golden.multivariateNormal;
const names = ["a", "b", "c"];
const prior = multivariateNormal(names, mean, covariance);

Deno.test("multivariateNormal() has scipy's log density and score", () => {
  prior.logDensity(fromRows(rows)).forEach((value, i) => assertAlmostEquals(value, logDensity[i]!, 1e-12));
  prior.score(fromRows(rows)).data.forEach((value, k) => assertAlmostEquals(value, score.flat()[k]!, 1e-12));
});

Deno.test("multivariateNormal() samples have its mean and covariance", () => {
  const n = 40000;
  const { data } = prior.sample(key(1), n);
  for (let j = 0; j < 3; j++) {
    const sd = Math.sqrt(covariance[j]![j]!);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[3 * i + j]! - mean[j]!;
    assert(Math.abs(sum / n) < 4.5 * sd / Math.sqrt(n), `mean ${j}`);
    for (let k = 0; k <= j; k++) {
      let product = 0;
      for (let i = 0; i < n; i++) product += (data[3 * i + j]! - mean[j]!) * (data[3 * i + k]! - mean[k]!);
      const spread = covariance[j]![j]! * covariance[k]![k]! + covariance[j]![k]! ** 2;
      const error = product / n - covariance[j]![k]!;
      assert(Math.abs(error) < 4.5 * Math.sqrt(spread / n), `covariance ${j}, ${k} off by ${error}`);
    }
  }
});

Deno.test("multivariateNormal() rows depend on the key and their index alone", () => {
  assertEquals(prior.sample(key(1), 3).data, prior.sample(key(1), 9).data.slice(0, 9));
});

Deno.test("multivariateNormal() copies what it is given", () => {
  const own = [0, 0];
  const copied = multivariateNormal(["a", "b"], own, [[1, 0], [0, 1]]);
  own[0] = 5;
  assertAlmostEquals(copied.logDensity(fromRows([[0, 0]]))[0]!, -Math.log(2 * Math.PI), 1e-15);
});

Deno.test("multivariateNormal() is −∞ with gradient 0 at rows that are not finite", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    assertEquals(prior.logDensity(fromRows([[0, bad, 0]]))[0], -Infinity);
    assertEquals([...prior.score(fromRows([[0, bad, 0]])).data], [0, 0, 0]);
  }
});

Deno.test("multivariateNormal() refuses matrices that are no covariance", () => {
  const build = (matrix: number[][]) => () => multivariateNormal(["a", "b"], [0, 0], matrix);
  assertThrows(build([[1, 2], [2, 1]]), RangeError, "positive definite");
  assertThrows(build([[1, 1], [1, 1]]), RangeError, "positive definite");
  assertThrows(build([[1, 1], [1, 1 + 1e-16]]), RangeError, "positive definite");
  assertThrows(build([[0, 0], [0, 1]]), RangeError, "pivot 0 of its Cholesky factor is 0");
  assertThrows(build([[-1, 0], [0, 1]]), RangeError, "positive definite");
  assertThrows(build([[1, 0.5], [0.4, 1]]), RangeError, "symmetric: [0][1] is 0.5, [1][0] is 0.4");
  assertThrows(build([[1, NaN], [NaN, 1]]), RangeError, "covariance[0][1] must be finite");
  assertThrows(build([[1, 0]]), TypeError, "length 2");
  assertThrows(build([[1, 0], [0]]), TypeError, "covariance[1]");
  assertThrows(() => multivariateNormal(["a", "a"], [0, 0], [[1, 0], [0, 1]]), RangeError, "distinct");
  assertThrows(() => multivariateNormal(["a"], [NaN], [[1]]), RangeError, "mean[0]");
  assertThrows(() => multivariateNormal([], [], []), RangeError, "at least one parameter");
});
