import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Schedule, scheduledRate } from "./scheduled_rate.ts";

Deno.test("scheduledRate() falls from the learning rate to zero along half a cosine", () => {
  const rates = [0, 25, 50, 75, 100, 120].map((step) =>
    scheduledRate("cosine", { learningRate: 2, step, totalSteps: 100 })
  );
  [2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2, 0, 0].forEach((rate, k) =>
    assertAlmostEquals(rates[k]!, rate, 1e-12)
  );
});

Deno.test("scheduledRate() leaves a constant rate alone", () => {
  assertEquals(scheduledRate("constant", { learningRate: 0.1, step: 1e6, totalSteps: 1 }), 0.1);
});

Deno.test("scheduledRate() refuses a schedule it does not know", () => {
  assertThrows(
    () => scheduledRate("linear" as Schedule, { learningRate: 1, step: 0, totalSteps: 1 }),
    TypeError,
    "current value is linear",
  );
});
