import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { customDistance, foldIn, fromRows, key, mseDistance, points } from "@likely/core";
import { amortisedCost } from "./amortised_cost.ts";

/** θ of row i is 10 i, x is i: whose numbers meet can be read off. */
function numbered(n: number) {
  const x = points(Float64Array.from({ length: n }, (_, i) => i), 1);
  return { theta: points(x.data.map((i) => 10 * i), 1), x, failed: 0 };
}

/** Both rows can be read off the distance. */
const BOTH = customDistance({ name: "both", unit: "none", between: ([x], [t]) => 1000 * x! + t! });
const ROWS = new Uint32Array([5, 1, 8, 3]);

Deno.test("amortisedCost() pairs theta and x of a row with a target drawn for it", () => {
  const { theta, x, atoms, target } = amortisedCost({ distance: BOTH, targetsPerRow: 3 })
    .assemble(key(0), numbered(10), ROWS);
  assertEquals([theta.n, x.n, atoms], [12, 12, 1]);
  for (let i = 0; i < 12; i++) {
    const row = ROWS[i % 4]!;
    assertEquals(theta.data[i], 10 * row);
    // The network sees the target, not the row's own x.
    assertEquals(target![i], 1000 * row + x.data[i]!);
  }
});

Deno.test("amortisedCost() draws every target equally often, whoever's it is", () => {
  const further = fromRows([[100], [101]]);
  const loss = amortisedCost({ distance: mseDistance(), targets: further, targetsPerRow: 1 });
  const counts = new Map<number, number>();
  const draws = 3000;
  for (let k = 0; k < draws; k++) {
    for (const t of loss.assemble(foldIn(key(1), k), numbered(10), ROWS).x.data) {
      counts.set(t, (counts.get(t) ?? 0) + 1);
    }
  }
  assertEquals(counts.size, 12);
  // Binomial(12,000, 1/12): standard error 30.3.
  for (const count of counts.values()) assertAlmostEquals(count, 1000, 4.5 * 30.3);
});

Deno.test("amortisedCost() tells what was measured, and from where", () => {
  const loss = amortisedCost({ distance: mseDistance(), targets: fromRows([[0]]), failureCost: 7 });
  assertEquals(loss.name, "squared_error");
  assertEquals(loss.options, { distance: "mse", targetsPerRow: 2, furtherTargets: 1, failureCost: 7 });
});

Deno.test("amortisedCost() gives failed rows the cost of failure, and makes no target of them", () => {
  const loss = amortisedCost({ distance: mseDistance(), failedFrom: 4, failureCost: 99 });
  for (let k = 0; k < 20; k++) {
    const { x, target } = loss.assemble(foldIn(key(2), k), numbered(10), ROWS);
    assert(x.data.every((t) => t < 4));
    target!.forEach((cost, i) =>
      assertEquals(cost, ROWS[i % 4]! >= 4 ? 99 : (ROWS[i % 4]! - x.data[i]!) ** 2)
    );
  }
});

Deno.test("amortisedCost() needs a cost for pairs that cannot be compared", () => {
  const never = customDistance({ name: "never", unit: "none", between: () => NaN });
  const without = amortisedCost({ distance: never });
  assertThrows(() => without.assemble(key(0), numbered(10), ROWS), RangeError, "failureCost");
  const { target } = amortisedCost({ distance: never, failureCost: 3 })
    .assemble(key(0), numbered(10), ROWS);
  assert(target!.every((cost) => cost === 3));
});

Deno.test("amortisedCost() refuses options and targets that do not fit", () => {
  assertThrows(() => amortisedCost({ distance: BOTH, targetsPerRow: 0 }), RangeError, "targetsPerRow");
  assertThrows(() => amortisedCost({ distance: BOTH, failureCost: Infinity }), RangeError, "failureCost");
  const wide = amortisedCost({ distance: BOTH, targets: fromRows([[1, 2]]) });
  assertThrows(() => wide.assemble(key(0), numbered(10), ROWS), TypeError, "1 columns");
});
