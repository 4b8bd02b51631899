import { assertEquals } from "@std/assert";
import type { EmbeddingSpec, NetworkSpec } from "./spec.ts";
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
