import { assert, assertEquals, assertThrows } from "@std/assert";
import { exponential } from "./exponential.ts";
import { independent } from "./independent.ts";
import { key } from "./key.ts";
import { normal } from "./normal.ts";
import { fromRows, row } from "./points.ts";
import { inSupport } from "./support.ts";
import { truncatedNormal } from "./truncated_normal.ts";
import { uniform } from "./uniform.ts";

const prior = independent({ b: normal(1, 2), a: exponential(3), c: uniform(-1, 1) });

Deno.test("independent() keeps the order of its keys as the order of parameters", () => {
  assertEquals(prior.names, ["b", "a", "c"]);
  assertEquals(prior.dim, 3);
  assertEquals(prior.support[1], { low: 0, high: Infinity });
});

Deno.test("sample() draws row i from the key and i alone, inside the support", () => {
  const many = prior.sample(key(1), 100);
  const few = prior.sample(key(1), 7);
  assertEquals(few.data, many.data.slice(0, 21));
  assert(inSupport(prior.support, many).every(Boolean));
  assert(row(many, 0)[0] !== prior.sample(key(2), 1).data[0]);
  assertEquals(prior.sample(key(1), 0).n, 0);
});

Deno.test("columns of a sample are uncorrelated, with their marginals' means", () => {
  const n = 20000;
  const { data } = prior.sample(key(3), n);
  const standard = data.map((value, k) => [(value - 1) / 2, value * 3 - 1, value * Math.sqrt(3)][k % 3]!);
  for (let j = 0; j < 3; j++) {
    for (let other = -1; other < j; other++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += standard[3 * i + j]! * (other < 0 ? 1 : standard[3 * i + other]!);
      // Mean and product both have standard error 1 / √n.
      assert(Math.abs(sum / n) < 4.5 / Math.sqrt(n), `columns ${other}, ${j}: ${sum / n}`);
    }
  }
});

Deno.test("logDensity() is the sum over columns and score() its gradient, −∞ and 0 outside", () => {
  const theta = fromRows([[3, 0.5, 0], [3, -0.5, 0], [NaN, 1, 0], [3, 1, 1]]);
  const [inside, ...outside] = prior.logDensity(theta);
  const expected = normal(1, 2).logDensity(3) + Math.log(3) - 1.5 - Math.log(2);
  assertEquals(inside, expected);
  assertEquals(outside, [-Infinity, -Infinity, -Infinity]);
  // The whole row is 0 outside, also in the columns that are inside.
  assertEquals([...prior.score(theta).data], [-0.5, -3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("independent() refuses no parameter, and names that objects reorder or lose", () => {
  assertThrows(() => independent({}), RangeError, "at least one parameter");
  assertThrows(() => independent({ a: normal(0, 1), 1: normal(0, 1) }), RangeError, 'current value is "1"');
  assertThrows(() => independent({ "": normal(0, 1) }), RangeError, "empty");
  assertThrows(() => independent([normal(0, 1)] as never), TypeError, "object");
});

Deno.test("a prior refuses rows of another width and impossible numbers of rows", () => {
  assertThrows(() => prior.logDensity(fromRows([[1, 2]])), TypeError, "3 columns: current value is 2");
  assertThrows(() => prior.score(fromRows([[1, 2]])), TypeError, "3 columns");
  assertThrows(() => prior.sample(key(0), -1), RangeError, "n must");
});

Deno.test("a truncated normal prior at five standard deviations still integrates to 1", () => {
  const far = independent({ x: truncatedNormal(0, 1, { low: 5, high: 6 }) });
  const n = 2000;
  const grid = fromRows(Array.from({ length: n }, (_, i) => [5 + (i + 0.5) / n]));
  const total = far.logDensity(grid).reduce((sum, value) => sum + Math.exp(value) / n, 0);
  assert(Math.abs(total - 1) < 1e-5, `${total}`);
});
