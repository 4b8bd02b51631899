/** Density estimators of odd sizes: one table for every engine and every law. */

import type { Artifact, DensitySpec, EmbeddingSpec, MixedSpec, Spec } from "@likely/core";
import { key, type Points } from "@likely/core";
import { wildWeights } from "./_wild_weights.ts";

const MLP = { kind: "mlp", hidden: [9, 7], activation: "silu" } as const;
const RESNET = { kind: "resnet", blocks: 2, width: 11, activation: "tanh" } as const;
const LINE = { kind: "mlp", hidden: [], activation: "silu" } as const;
const DENSE: EmbeddingSpec = { kind: "dense", hidden: [6], out: 5, activation: "tanh" };
const SET: EmbeddingSpec = {
  kind: "set",
  element: 2,
  each: [6, 5],
  pool: "mean",
  hidden: [7],
  out: 3,
  activation: "silu",
};
const CONV: EmbeddingSpec = {
  kind: "conv",
  size: [3, 4],
  channels: 1,
  filters: [3],
  kernel: 3,
  pool: 2,
  out: 5,
  activation: "tanh",
};

const of = (thetaDim: number, xDim: number) => ({ thetaDim, xDim, target: "theta" }) as const;
const given = (xDim: number, thetaDim: number) => ({ thetaDim, xDim, target: "x" }) as const;
const maf = { kind: "maf", transforms: 3, hidden: [9, 7], activation: "silu" } as const;
const nsf = { kind: "nsf", transforms: 3, bins: 5, span: 3, trunk: MLP } as const;
const choice = { kind: "categorical", categories: 4, trunk: MLP } as const;
const mdn = { kind: "mdn", components: 3, trunk: MLP } as const;

/** By name. */
export const DENSITIES: Readonly<Record<string, DensitySpec>> = {
  "a mixture of one parameter": { ...mdn, ...of(1, 2) },
  "a mixture of two": { ...mdn, ...of(2, 3), trunk: RESNET },
  "a mixture of five, linear in x": { ...mdn, ...of(5, 3), trunk: LINE, components: 1 },
  "a mixture of x": { ...mdn, ...given(3, 2) },
  "a masked flow of one parameter": { ...maf, ...of(1, 2) },
  "a masked flow of two": { ...maf, ...of(2, 1), activation: "tanh" },
  "a masked flow of three, without hidden layers": { ...maf, ...of(3, 2), hidden: [] },
  "a masked flow of five, narrower than that": { ...maf, ...of(5, 2), hidden: [4, 12] },
  "a masked flow given a set": { ...maf, ...of(2, 6), embedding: SET },
  "a masked flow of x": { ...maf, ...given(3, 2), transforms: 2 },
  "a choice among four": { ...choice, ...given(1, 2) },
  "a choice given embedded theta": {
    ...choice,
    ...given(1, 3),
    categories: 2,
    embedding: DENSE,
    trunk: RESNET,
  },
  "a flow of splines of one parameter": { ...nsf, ...of(1, 2), transforms: 2 },
  "a flow of splines of two": { ...nsf, ...of(2, 3), trunk: RESNET },
  "a flow of splines of three, one bin each": { ...nsf, ...of(3, 1), bins: 1, transforms: 5 },
  "a flow of splines of five, by linear networks": { ...nsf, ...of(5, 2), trunk: LINE },
  "a flow of splines given an image": { ...nsf, ...of(2, 12), embedding: CONV },
  "a flow of splines of x given embedded theta": { ...nsf, ...given(2, 3), embedding: DENSE },
};

/** A trained density that never was: wild weights, a standardisation that is not trivial. */
export function densityArtifact(
  spec: DensitySpec | MixedSpec,
  seed: number = 0,
  scale: number = 1,
): Artifact {
  const side = (dim: number) => ({
    mean: Array.from({ length: dim }, (_, j) => 0.1 * j - 0.2),
    std: Array.from({ length: dim }, (_, j) => 0.8 + 0.3 * (j % 3)),
  });
  const { thetaDim, xDim, target } = spec;
  // Categories are never standardised.
  const x = spec.kind === "categorical" ? { mean: [0], std: [1] } : side(xDim);
  return {
    kind: target === "theta" ? "posterior" : "likelihood",
    spec,
    weights: wildWeights(key(seed), spec, scale),
    prior: {
      kind: "independent",
      parameters: Array.from({ length: thetaDim }, (_, j) => ({
        name: `p${j}`,
        marginal: { kind: "normal", mean: 0, sd: 1 },
      })),
    },
    scaling: { theta: side(thetaDim), x },
    provenance: {
      simulator: "none",
      simulations: 0,
      failed: 0,
      key: "00000000:00000000",
      loss: { name: "nll", options: {} },
      engine: "none",
      versions: {},
      training: { loss: 0, epochs: 0 },
    },
  };
}

/** Densities of categories and numbers, and of categories alone. */
export const MIXED: Readonly<Record<string, MixedSpec>> = {
  "a choice of two and a number": {
    kind: "mixed",
    ...given(2, 3),
    categories: [2, null],
    choice: { ...choice, ...given(1, 3), categories: 2 },
    numbers: { ...nsf, ...given(1, 5), embedding: DENSE },
  },
  "two choices among three numbers": {
    kind: "mixed",
    ...given(5, 2),
    categories: [null, 3, null, 2, null],
    choice: { ...choice, ...given(1, 2), categories: 6, embedding: DENSE },
    numbers: { ...maf, ...given(3, 7) },
  },
  "choices alone": {
    kind: "mixed",
    ...given(2, 1),
    categories: [3, 2],
    choice: { ...choice, ...given(1, 1), categories: 6 },
  },
};

/** Rows of x that the density can be asked of: its columns of categories hold categories. */
export function legalRows(spec: Spec, rows: Points): Points {
  if (spec.kind !== "categorical" && spec.kind !== "mixed") return rows;
  const counts = spec.kind === "mixed" ? spec.categories : [spec.categories];
  const data = rows.data.map((value, k) => {
    const count = counts[k % rows.dim]!;
    return count === null ? value : Math.floor(Math.abs(7 * value)) % count;
  });
  return { ...rows, data };
}

/** The table without choices: densities of real numbers. */
export const REAL_DENSITIES: Readonly<Record<string, DensitySpec>> = Object.fromEntries(
  Object.entries(DENSITIES).filter(([, { kind }]) => kind !== "categorical"),
);
