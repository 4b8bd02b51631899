import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import {
  distance,
  exactLogRatio,
  numericGradient,
  onTensors,
  softplus,
  tableGradient,
} from "./_logits_test.ts";
import { balancedBce } from "./balanced_bce.ts";
import { bce } from "./bce.ts";

const LOGITS = [[0.3, -1.2], [2.5, 4], [-3, 0.1]];

function formula(logits: readonly (readonly number[])[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));
  const entropy = mean(logits.map(([own, other]) => (softplus(-own!) + softplus(other!)) / 2));
  const balance = mean(logits.map(([own]) => sigmoid(own!))) +
    mean(logits.map(([, other]) => sigmoid(other!))) - 1;
  return entropy + 100 * balance ** 2;
}

Deno.test("balancedBce() is the cross-entropy and the squared imbalance", async () => {
  const { value, gradient } = await onTensors(balancedBce(), LOGITS);
  assertAlmostEquals(value, formula(LOGITS), 1e-5);
  assert(distance(gradient, numericGradient(formula, LOGITS)) < 1e-4);
});

Deno.test("balancedBce() of weight 0 is bce()", async () => {
  assertAlmostEquals(
    (await onTensors(balancedBce({ weight: 0 }), LOGITS)).value,
    (await onTensors(bce(), LOGITS)).value,
    1e-7,
  );
});

Deno.test("balancedBce() is stationary at the exact log ratio, which is balanced", async () => {
  const zero = new Float64Array(6);
  assert(distance(await tableGradient(balancedBce(), 2, exactLogRatio), zero) < 1e-5);
  const shifted = (theta: number, x: number) => exactLogRatio(theta, x) + 0.1;
  assert(distance(await tableGradient(balancedBce(), 2, shifted), zero) > 1e-2);
});

Deno.test("balancedBce() refuses a negative weight", () => {
  assertThrows(() => balancedBce({ weight: -1 }), RangeError, "current value is -1");
});
