import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { initWeights } from "./init_weights.ts";
import { key } from "./key.ts";
import type { NetworkSpec } from "./spec.ts";
import { weightMasks } from "./weight_masks.ts";
import { weightShapes } from "./weights.ts";

const SPEC: NetworkSpec = {
  kind: "network",
  thetaDim: 3,
  xDim: 97,
  trunk: { kind: "resnet", blocks: 1, width: 100, activation: "relu" },
  head: { kind: "linear" },
};

Deno.test("initWeights() draws every weight of the spec, in its order", () => {
  const weights = initWeights(key(0), SPEC);
  const shapes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, [...shape]]));
  assertEquals(shapes, weightShapes(SPEC));
  assertEquals(Object.keys(weights), Object.keys(weightShapes(SPEC)));
});

Deno.test("initWeights() depends on the key alone", () => {
  assertEquals(initWeights(key(1), SPEC), initWeights(key(1), SPEC));
  assertNotEquals(initWeights(key(1), SPEC), initWeights(key(2), SPEC));
});

Deno.test("initWeights() is uniform on one over the root of the fan in", () => {
  const { data } = initWeights(key(3), SPEC)["trunk/in/weight"]!;
  // 10,000 draws, uniform on ±0.1: the variance 0.01 / 3 has a standard error of 0.9 %.
  const variance = data.reduce((sum, w) => sum + w * w, 0) / data.length;
  assertAlmostEquals(variance, 0.01 / 3, 4 * 0.009 * 0.01 / 3);
  assert(data.every((w) => Math.abs(w) <= 0.1));
});

Deno.test("initWeights() starts residual blocks near the identity", () => {
  const weights = initWeights(key(4), SPEC);
  assert(weights["trunk/block0/1/weight"]!.data.every((w) => Math.abs(w) <= 1e-3));
  assert(weights["trunk/block0/1/bias"]!.data.every((w) => Math.abs(w) <= 1e-3));
  assert(weights["trunk/block0/0/weight"]!.data.some((w) => Math.abs(w) > 1e-2));
});

Deno.test("initWeights() starts the centre of what measures x nearly linear", () => {
  const weights = initWeights(key(5), { ...SPEC, xDim: 2, head: { kind: "absolute", weights: [1, 1] } });
  assert(weights["trunk/out/weight"]!.data.every((w) => Math.abs(w) <= 1e-3));
  assert(weights["skip/weight"]!.data.some((w) => Math.abs(w) > 1e-2));
});

Deno.test("initWeights() starts a network with convolutions so that x reaches its output", () => {
  const embedding = {
    kind: "conv",
    size: [97],
    channels: 1,
    filters: [8],
    kernel: 3,
    pool: 1,
    out: 4,
  } as const;
  const weights = initWeights(key(6), { ...SPEC, embedding: { ...embedding, activation: "silu" } });
  const { shape, data } = weights["trunk/in/weight"]!;
  const bound = 2 / Math.sqrt(shape[0]!);
  const largest = Math.max(...data.map(Math.abs));
  assert(largest > 0.9 * bound && largest <= bound);
  assert(weights["trunk/in/bias"]!.data.every((b) => b === 0));
});

Deno.test("initWeights() starts flows close to the identity, masked weights at zero", () => {
  const sides = { thetaDim: 3, xDim: 2, target: "theta" } as const;
  const spec = { kind: "maf", ...sides, transforms: 2, hidden: [6, 6], activation: "silu" } as const;
  const weights = initWeights(key(7), spec);
  for (const [name, mask] of Object.entries(weightMasks(spec))) {
    const { data } = weights[name]!;
    assert(data.every((w, i) => (w !== 0) === (mask[i] === 1)), name);
    const isSmall = data.every((w) => Math.abs(w) <= 1e-3);
    assertEquals(isSmall, /out|skip/.test(name), name);
  }
  assert(weights["transform1/out/bias"]!.data.every((b) => b === 0));
});

Deno.test("initWeights() tells the components of a mixture apart", () => {
  const sides = { thetaDim: 1, xDim: 2, target: "theta" } as const;
  const trunk = { kind: "mlp", hidden: [16], activation: "silu" } as const;
  const weights = initWeights(key(8), { kind: "mdn", ...sides, components: 4, trunk });
  assert(weights["trunk/out/weight"]!.data.every((w) => Math.abs(w) <= 1e-3));
  assert(weights["trunk/out/bias"]!.data.some((b) => Math.abs(b) > 0.1));
});
