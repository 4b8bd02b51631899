import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
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
