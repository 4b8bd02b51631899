import { assertEquals } from "@std/assert";
import type { EmbeddingSpec } from "./network_parts.ts";
import type { NetworkSpec, Spec } from "./spec.ts";
import { weightShapes } from "./weights.ts";

function withEmbedding(xDim: number, embedding: EmbeddingSpec): NetworkSpec {
  return {
    kind: "network",
    thetaDim: 2,
    xDim,
    embedding,
    trunk: { kind: "mlp", hidden: [], activation: "relu" },
    head: { kind: "linear" },
  };
}

Deno.test("weightShapes() lists a residual trunk in the order of use", () => {
  const shapes = weightShapes({
    kind: "network",
    thetaDim: 2,
    xDim: 3,
    trunk: { kind: "resnet", blocks: 2, width: 7, activation: "relu" },
    head: { kind: "linear" },
  });
  assertEquals(Object.entries(shapes).filter(([name]) => name.endsWith("weight")), [
    ["trunk/in/weight", [5, 7]],
    ["trunk/block0/0/weight", [7, 7]],
    ["trunk/block0/1/weight", [7, 7]],
    ["trunk/block1/0/weight", [7, 7]],
    ["trunk/block1/1/weight", [7, 7]],
    ["trunk/out/weight", [7, 1]],
  ]);
});

Deno.test("weightShapes() has theta alone make a paraboloid: centre, height, and a skip", () => {
  const shapes = weightShapes({
    kind: "network",
    thetaDim: 2,
    xDim: 3,
    trunk: { kind: "mlp", hidden: [7], activation: "relu" },
    head: { kind: "quadratic", weights: [1, 1, 1], scale: 1 },
  });
  assertEquals(Object.entries(shapes).filter(([name]) => name.endsWith("weight")), [
    ["trunk/0/weight", [2, 7]],
    ["trunk/out/weight", [7, 4]],
    ["skip/weight", [2, 3]],
  ]);
});

Deno.test("weightShapes() gives every column of an absolute head a centre and a scale", () => {
  const shapes = weightShapes({
    kind: "network",
    thetaDim: 2,
    xDim: 3,
    trunk: { kind: "resnet", blocks: 0, width: 7, activation: "silu" },
    head: { kind: "absolute", weights: [1, 1, 1] },
  });
  assertEquals(Object.entries(shapes).filter(([name]) => name.endsWith("weight")), [
    ["trunk/in/weight", [2, 7]],
    ["trunk/out/weight", [7, 6]],
    ["skip/weight", [2, 3]],
  ]);
});

const SIDES = { thetaDim: 3, xDim: 4, target: "theta" } as const;
const MLP = { kind: "mlp", hidden: [7], activation: "relu" } as const;

function weightsOf(spec: Spec): [string, number[]][] {
  return Object.entries(weightShapes(spec)).filter(([name]) => name.endsWith("weight"));
}

Deno.test("weightShapes() gives every component of a mixture a share, a mean and a factor", () => {
  // Two components in three dimensions: 2 · (1 + 3 + 3 + 3) outputs.
  assertEquals(weightsOf({ kind: "mdn", ...SIDES, components: 2, trunk: MLP }), [
    ["trunk/0/weight", [4, 7]],
    ["trunk/out/weight", [7, 20]],
    ["skip/weight", [4, 6]],
  ]);
});

Deno.test("weightShapes() has every masked transform read target and condition", () => {
  const shapes = weightsOf({
    kind: "maf",
    ...SIDES,
    target: "x",
    transforms: 2,
    hidden: [9, 8],
    activation: "tanh",
  });
  assertEquals(
    shapes,
    [0, 1].flatMap((t): [string, number[]][] => [
      [`transform${t}/0/weight`, [7, 9]],
      [`transform${t}/1/weight`, [9, 8]],
      [`transform${t}/out/weight`, [8, 8]],
      [`transform${t}/skip/weight`, [7, 4]],
    ]),
  );
});

Deno.test("weightShapes() has a coupled transform read what it keeps, beside an embedded condition", () => {
  const embedding = { kind: "dense", hidden: [], out: 5, activation: "relu" } as const;
  const shapes = weightsOf({ kind: "nsf", ...SIDES, embedding, transforms: 2, bins: 6, span: 4, trunk: MLP });
  assertEquals(shapes, [
    ["embedding/out/weight", [4, 5]],
    ["transform0/0/weight", [7, 7]],
    ["transform0/out/weight", [7, 19]],
    ["transform0/skip/weight", [7, 1]],
    ["transform1/0/weight", [6, 7]],
    ["transform1/out/weight", [7, 38]],
    ["transform1/skip/weight", [6, 2]],
  ]);
});

Deno.test("weightShapes() joins theta to what a dense embedding gives", () => {
  const shapes = weightShapes(
    withEmbedding(9, { kind: "dense", hidden: [5], out: 4, activation: "relu" }),
  );
  assertEquals(shapes["embedding/0/weight"], [9, 5]);
  assertEquals(shapes["embedding/out/weight"], [5, 4]);
  assertEquals(shapes["trunk/out/weight"], [6, 1]);
});

Deno.test("weightShapes() shares a set embedding's first network among the elements", () => {
  const shapes = weightShapes(
    withEmbedding(10, {
      kind: "set",
      element: 2,
      each: [6, 5],
      pool: "mean",
      hidden: [4],
      out: 3,
      activation: "relu",
    }),
  );
  assertEquals(shapes["embedding/each/0/weight"], [2, 6]);
  assertEquals(shapes["embedding/each/1/weight"], [6, 5]);
  assertEquals(shapes["embedding/0/weight"], [5, 4]);
  assertEquals(shapes["embedding/out/weight"], [4, 3]);
});

Deno.test("weightShapes() pools a line and an image down, dropping what fills no window", () => {
  const conv = {
    kind: "conv",
    channels: 2,
    filters: [3, 4],
    kernel: 5,
    pool: 2,
    out: 6,
    activation: "relu",
  } as const;
  const line = weightShapes(withEmbedding(22, { ...conv, size: [11] }));
  assertEquals(line["embedding/conv0/weight"], [5, 2, 3]);
  assertEquals(line["embedding/conv1/weight"], [5, 3, 4]);
  assertEquals(line["embedding/out/weight"], [2 * 4, 6]);
  const image = weightShapes(withEmbedding(154, { ...conv, size: [7, 11] }));
  assertEquals(image["embedding/conv0/weight"], [5, 5, 2, 3]);
  assertEquals(image["embedding/out/weight"], [1 * 2 * 4, 6]);
});
