import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import golden from "../tests/golden/psis.json" with { type: "json" };
import { paretoSmooth } from "./pareto_smooth.ts";

for (const { logWeights, smoothed, kHat } of golden) {
  Deno.test(`paretoSmooth() agrees with ArviZ where k-hat is ${kHat.toFixed(2)}`, () => {
    const found = paretoSmooth(Float64Array.from(logWeights));
    assertAlmostEquals(found.kHat, kHat, 1e-6);
    found.logWeights.forEach((w, i) => assertAlmostEquals(w, smoothed[i]!, 1e-6, `weight ${i}`));
  });
}

Deno.test("paretoSmooth() leaves equal weights equal and says that they have no tail", () => {
  const { logWeights, kHat } = paretoSmooth(new Float64Array(100));
  assertEquals(kHat, Infinity);
  logWeights.forEach((w) => assertAlmostEquals(w, -Math.log(100), 1e-12));
});

Deno.test("paretoSmooth() keeps weights of 0", () => {
  const raw = Float64Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? -Infinity : Math.sin(i));
  const { logWeights } = paretoSmooth(raw);
  assert(logWeights.every((w, i) => (w === -Infinity) === (i % 2 === 0)));
});

Deno.test("paretoSmooth() counts NaN and +∞ as no weight, and needs one", () => {
  const raw = Float64Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? -Infinity : Math.sin(i));
  const none = paretoSmooth(raw);
  for (const odd of [NaN, Infinity]) {
    assertEquals(paretoSmooth(raw.map((w) => w === -Infinity ? odd : w)), none);
    assertThrows(() => paretoSmooth(new Float64Array(99).fill(odd)), RangeError, "one must be above 0");
  }
});

Deno.test("paretoSmooth() keeps weights of hundreds of decades, and says that they have no shape", () => {
  const raw = Float64Array.from({ length: 200 }, (_, i) => -7 * i);
  const { logWeights, kHat } = paretoSmooth(raw);
  assert(kHat > 0.7 && logWeights.every(Number.isFinite), `${kHat}`);
});
