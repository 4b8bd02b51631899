// Networks of every kind for the tests beside. Holds no tests itself.

import type { NetworkSpec } from "@likely/core";

const MLP = { kind: "mlp", hidden: [7, 6], activation: "silu" } as const;
const PLAIN = { kind: "network", thetaDim: 2, xDim: 12, trunk: MLP, head: { kind: "linear" } } as const;
const CONV = {
  kind: "conv",
  channels: 2,
  filters: [3, 4],
  kernel: 3,
  pool: 2,
  out: 3,
  activation: "silu",
} as const;

/** One network of every kind: smooth ones first, as finite differences want them. */
export const NETWORKS: Readonly<Record<string, NetworkSpec>> = {
  "an mlp": PLAIN,
  "a linear network": { ...PLAIN, trunk: { ...MLP, hidden: [] } },
  "a residual network": { ...PLAIN, trunk: { kind: "resnet", blocks: 2, width: 8, activation: "tanh" } },
  "a softplus head": { ...PLAIN, head: { kind: "softplus", scale: 3 } },
  "a quadratic head": {
    ...PLAIN,
    xDim: 3,
    head: { kind: "quadratic", weights: [0.5, 1, 2], scale: 0.7 },
  },
  "a quadratic head on features of a set": {
    ...PLAIN,
    xDim: 6,
    head: {
      kind: "quadratic",
      weights: Array.from({ length: 16 }, (_, j) => 0.1 + 0.05 * j),
      scale: 0.7,
      features: { element: 2, frequencies: [[0.3, 1.1], [0.7, 1.9]], mean: "of_products" },
    },
  },
  "a quadratic head on features of columns": {
    ...PLAIN,
    xDim: 4,
    head: {
      kind: "quadratic",
      weights: Array.from({ length: 16 }, (_, j) => 0.5 - 0.02 * j),
      scale: 0.7,
      features: { element: 2, frequencies: [[0.3, 1.1], [0.7, 1.9]], mean: "of_columns" },
    },
  },
  "an absolute head": {
    ...PLAIN,
    xDim: 3,
    head: { kind: "absolute", weights: [0.5, 1, 2] },
  },
  "a linear centre": {
    ...PLAIN,
    xDim: 2,
    trunk: { ...MLP, hidden: [] },
    head: { kind: "quadratic", weights: [1, 2], scale: 3 },
  },
  "a dense embedding": {
    ...PLAIN,
    embedding: { kind: "dense", hidden: [6], out: 3, activation: "silu" },
  },
  "a set embedding": {
    ...PLAIN,
    embedding: {
      kind: "set",
      element: 3,
      each: [5, 4],
      pool: "mean",
      hidden: [4],
      out: 3,
      activation: "silu",
    },
  },
  "a summed set": {
    ...PLAIN,
    embedding: { kind: "set", element: 2, each: [5], pool: "sum", hidden: [], out: 3, activation: "tanh" },
  },
  "a line": { ...PLAIN, xDim: 22, embedding: { ...CONV, size: [11] } },
  "an image": { ...PLAIN, xDim: 70, embedding: { ...CONV, size: [5, 7] } },
  "a rectified image": {
    ...PLAIN,
    xDim: 40,
    embedding: { ...CONV, size: [4, 5], activation: "relu", pool: 1 },
    trunk: { ...MLP, activation: "relu" },
  },
};
