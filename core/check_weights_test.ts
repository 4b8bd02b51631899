import { assertThrows } from "@std/assert";
import { checkWeights } from "./check_weights.ts";
import type { MafSpec } from "./density_spec.ts";
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

Deno.test("checkWeights() refuses a weight by which a coordinate would see itself", () => {
  const spec: MafSpec = {
    kind: "maf",
    thetaDim: 2,
    xDim: 1,
    target: "theta",
    transforms: 2,
    hidden: [4],
    activation: "silu",
  };
  const weights = initWeights(key(0), spec);
  checkWeights(spec, weights);
  const name = "transform1/skip/weight";
  // Backwards, the last coordinate comes first: the first may see it, and no other.
  const data = new Float32Array([0, 0, 1, 0, 1, 1]);
  checkWeights(spec, { ...weights, [name]: { shape: [3, 2], data } });
  const wrong = { ...weights, [name]: { shape: [3, 2], data: new Float32Array([0, 1, 0, 0, 0, 0]) } };
  assertThrows(
    () => checkWeights(spec, wrong),
    RangeError,
    `"${name}" must be 0 where it is masked: number 1`,
  );
});
