import { assert, assertAlmostEquals } from "@std/assert";
import {
  distance,
  exactLogRatio,
  numericGradient,
  onTensors,
  softplus,
  tableGradient,
} from "./_logits_test.ts";
import { bce } from "./bce.ts";

const LOGITS = [[0.3, -1.2], [2.5, 4], [-30, 0.1], [0, 40]];

function formula(logits: readonly (readonly number[])[]): number {
  const terms = logits.map(([own, other]) => (softplus(-own!) + softplus(other!)) / 2);
  return terms.reduce((sum, term) => sum + term, 0) / logits.length;
}

Deno.test("bce() is the cross-entropy, also for logits far out", async () => {
  const { value, gradient } = await onTensors(bce(), LOGITS);
  assertAlmostEquals(value, formula(LOGITS), 1e-6 * formula(LOGITS));
  assert(distance(gradient, numericGradient(formula, LOGITS)) < 1e-6);
});

Deno.test("bce() is log 2 by chance", async () => {
  assertAlmostEquals((await onTensors(bce(), [[0, 0]])).value, Math.LN2, 1e-6);
});

Deno.test("bce() is stationary at the exact log ratio and nowhere near it", async () => {
  const zero = new Float64Array(6);
  assert(distance(await tableGradient(bce(), 2, exactLogRatio), zero) < 1e-7);
  const shifted = (theta: number, x: number) => exactLogRatio(theta, x) + 0.1;
  assert(distance(await tableGradient(bce(), 2, shifted), zero) > 1e-3);
});
