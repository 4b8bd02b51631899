import { assertEquals } from "@std/assert";
import { drawNormal, drawPoisson, fromRows, key, points, stream } from "@likely/core";
import { inferredColumns, longTailed } from "./_inferred_columns.ts";

const KINDS = ["normal", "log-normal", "counts", "answers", "shifted", "constant"];

/** One column of each of `KINDS`. */
function mixed(n: number) {
  const random = stream(key(0));
  return fromRows(Array.from({ length: n }, () => [
    drawNormal(random),
    Math.exp(drawNormal(random)),
    drawPoisson(random, Math.exp(1 + drawNormal(random))),
    random.uniform() < 0.3 ? 1 : 0,
    10 + drawNormal(random),
    0,
  ]));
}

Deno.test("inferredColumns() tells counts, answers and long tails from other numbers", () => {
  const expected = ["real", "positive", "count", "category", "real", "real"];
  assertEquals(inferredColumns(mixed(2000)).map(({ kind }) => kind), expected, `${KINDS}`);
});

Deno.test("longTailed() names the lower ends of what has a long tail, whatever the units", () => {
  const x = mixed(2000);
  assertEquals(longTailed(x), [null, 0, -0.5, null, null, null]);
  const inOther = points(x.data.map((value, k) => k % 6 === 1 ? 1e-9 * value : value), 6);
  assertEquals(longTailed(inOther), longTailed(x));
});

Deno.test("one number at or below 0 and a column is not positive", () => {
  const x = mixed(2000);
  x.data[1] = 0;
  assertEquals(longTailed(x)[1], null);
  assertEquals(inferredColumns(x)[1], { kind: "real" });
});

Deno.test("many columns of two answers are counts: their combinations are too many", () => {
  const answers = (count: number) =>
    points(Float64Array.from({ length: 40 * count }, (_, k) => Math.floor(k / count) % 2), count);
  assertEquals(inferredColumns(answers(5)), new Array(5).fill({ kind: "category", categories: 2 }));
  assertEquals(inferredColumns(answers(6)), new Array(6).fill({ kind: "count", most: 1 }));
});
