import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { distance, exactLogRatio, numericGradient, onTensors, tableGradient } from "./_logits_test.ts";
import { bce } from "./bce.ts";
import { nreC } from "./nre_c.ts";

const LOGITS = [[0.3, -1.2, 0.8, 2], [2.5, 4, -3, 0], [-6, 0.1, 1, 9]];

/** Equations 7 to 9 of the paper as they stand: class probabilities, then their expectations. */
function formula(gamma: number): (logits: readonly (readonly number[])[]) => number {
  return (logits) => {
    const total = logits.reduce((sum, [own, ...others]) => {
      const k = others.length;
      const mass = (h: readonly number[]) => k + gamma * h.reduce((s, value) => s + Math.exp(value), 0);
      const none = k / mass(others);
      const first = gamma * Math.exp(own!) / mass([own!, ...others.slice(0, -1)]);
      return sum - Math.log(none) / (1 + gamma) - gamma / (1 + gamma) * Math.log(first);
    }, 0);
    return total / logits.length;
  };
}

for (const gamma of [1, 0.1, 10]) {
  Deno.test(`nreC() is the paper's loss at gamma ${gamma}`, async () => {
    const { value, gradient } = await onTensors(nreC({ classes: 3, gamma }), LOGITS);
    assertAlmostEquals(value, formula(gamma)(LOGITS), 2e-6 * value);
    assert(distance(gradient, numericGradient(formula(gamma), LOGITS)) < 1e-6);
  });

  Deno.test(`nreC() is stationary at the exact log ratio at gamma ${gamma}, not at a shifted one`, async () => {
    const zero = new Float64Array(6);
    const loss = nreC({ classes: 2, gamma });
    assert(distance(await tableGradient(loss, 3, exactLogRatio), zero) < 2e-7);
    const shifted = (theta: number, x: number) => exactLogRatio(theta, x) + 0.1;
    assert(distance(await tableGradient(loss, 3, shifted), zero) > 1e-3);
  });
}

Deno.test("nreC() of one class at even odds is bce()", async () => {
  const logits = LOGITS.map((row) => row.slice(0, 2));
  assertAlmostEquals(
    (await onTensors(nreC({ classes: 1 }), logits)).value,
    (await onTensors(bce(), logits)).value,
    1e-6,
  );
});

Deno.test("nreC() refuses no classes and impossible odds", () => {
  assertThrows(() => nreC({ classes: 0 }), RangeError, "classes");
  assertThrows(() => nreC({ gamma: 0 }), RangeError, "gamma");
});
