import { assertThrows } from "@std/assert";
import { checkWeights } from "./check_weights.ts";
import { initWeights } from "./init_weights.ts";
import { key } from "./key.ts";
import type { NetworkSpec } from "./spec.ts";

const SPEC: NetworkSpec = {
  kind: "network",
  thetaDim: 1,
  xDim: 2,
  trunk: { kind: "mlp", hidden: [4], activation: "silu" },
  head: { kind: "linear" },
};
const WEIGHTS = initWeights(key(0), SPEC);

Deno.test("checkWeights() accepts a spec's own weights", () => checkWeights(SPEC, WEIGHTS));

Deno.test("checkWeights() refuses a transposed weight", () => {
  const weights = { ...WEIGHTS, "trunk/0/weight": { shape: [4, 3], data: new Float32Array(12) } };
  assertThrows(() => checkWeights(SPEC, weights), TypeError, "[3,4]");
});

Deno.test("checkWeights() refuses data shorter than the shape says", () => {
  const weights = { ...WEIGHTS, "trunk/0/bias": { shape: [4], data: new Float32Array(3) } };
  assertThrows(() => checkWeights(SPEC, weights), TypeError, "trunk/0/bias");
});

Deno.test("checkWeights() refuses a weight the spec does not know", () => {
  const weights = { ...WEIGHTS, "trunk/1/bias": { shape: [4], data: new Float32Array(4) } };
  assertThrows(() => checkWeights(SPEC, weights), TypeError, "trunk/1/bias");
});
