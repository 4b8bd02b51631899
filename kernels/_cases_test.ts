// Specs, losses and batches for the tests beside. (Named as a test so that it is not published.)

import {
  type Activation,
  type AdaptiveWeighting,
  type Artifact,
  type Batch,
  drawNormal,
  foldIn,
  type FourierFeatures,
  initWeights,
  type Key,
  type Loss,
  type NetworkSpec,
  type Points,
  points,
  type QuadraticHead,
  type Scaling,
  type Spec,
  stream,
  type TrainPlan,
  type TrunkSpec,
  type Weights,
} from "@likely/core";

function mlp(hidden: number[], activation: Activation = "silu"): TrunkSpec {
  return { kind: "mlp", hidden, activation };
}

function resnet(blocks: number, width: number, activation: Activation = "silu"): TrunkSpec {
  return { kind: "resnet", blocks, width, activation };
}

const linear = { kind: "linear" } as const;
const base = { kind: "network", thetaDim: 2, xDim: 5, trunk: mlp([8, 8]), head: linear } as const;

/** One spec for each layer kind, at sizes that fit no vector. */
export const specs: Readonly<Record<string, NetworkSpec>> = {
  "mlp silu 5, 7, 3": { ...base, thetaDim: 3, trunk: mlp([5, 7, 3]) },
  "mlp tanh, one layer": { ...base, thetaDim: 1, xDim: 1, trunk: mlp([6], "tanh") },
  "mlp tanh 13, 9": { ...base, trunk: mlp([13, 9], "tanh") },
  "mlp of width 1": { ...base, trunk: mlp([1, 1]) },
  "resnet silu": { ...base, trunk: resnet(2, 10) },
  "resnet tanh, odd": { ...base, thetaDim: 4, trunk: resnet(3, 7, "tanh") },
  "resnet without blocks": { ...base, trunk: resnet(0, 6) },
  "dense embedding": { ...base, embedding: { kind: "dense", hidden: [9], out: 3, activation: "silu" } },
  "dense embedding, linear": {
    ...base,
    embedding: { kind: "dense", hidden: [], out: 3, activation: "silu" },
  },
  "set embedding, mean": {
    ...base,
    xDim: 15,
    trunk: resnet(1, 9),
    embedding: {
      kind: "set",
      element: 3,
      each: [6, 5],
      pool: "mean",
      hidden: [7],
      out: 2,
      activation: "tanh",
    },
  },
  "set embedding, sum": {
    ...base,
    xDim: 4,
    embedding: { kind: "set", element: 1, each: [5], pool: "sum", hidden: [], out: 3, activation: "silu" },
  },
  "conv embedding, line": {
    ...base,
    xDim: 22,
    embedding: {
      kind: "conv",
      size: [11],
      channels: 2,
      filters: [3, 5],
      kernel: 3,
      pool: 2,
      out: 4,
      activation: "silu",
    },
  },
  "conv embedding, image": {
    ...base,
    xDim: 42,
    trunk: resnet(1, 6),
    embedding: {
      kind: "conv",
      size: [7, 6],
      channels: 1,
      filters: [3, 2],
      kernel: 3,
      pool: 2,
      out: 3,
      activation: "tanh",
    },
  },
  "conv embedding, no pooling": {
    ...base,
    xDim: 24,
    embedding: {
      kind: "conv",
      size: [4, 3],
      channels: 2,
      filters: [4],
      kernel: 5,
      pool: 1,
      out: 3,
      activation: "silu",
    },
  },
  "quadratic head": {
    ...base,
    trunk: mlp([7, 6]),
    head: { kind: "quadratic", weights: [0.3, 1, 0.05, 2, 0.7], scale: 1.5 },
  },
  "quadratic head on a resnet, whole vectors": {
    ...base,
    thetaDim: 3,
    xDim: 4,
    trunk: resnet(1, 9, "tanh"),
    head: { kind: "quadratic", weights: [1, 0.4, 0.2, 3], scale: 0.7 },
  },
  "absolute head": {
    ...base,
    trunk: mlp([7, 6]),
    head: { kind: "absolute", weights: [0.3, 1, 0.05, 2, 0.7] },
  },
  "absolute head on a resnet, one column": {
    ...base,
    thetaDim: 3,
    xDim: 1,
    trunk: resnet(1, 9, "tanh"),
    head: { kind: "absolute", weights: [1.3] },
  },
  "quadratic head, products of features": {
    ...base,
    xDim: 6,
    trunk: mlp([5]),
    head: waves(2, [[0.4, 1.1, 2.3], [0.7, 1.6, 3.1]], "of_products"),
  },
  "quadratic head, features of columns": {
    ...base,
    thetaDim: 1,
    xDim: 6,
    trunk: resnet(1, 6),
    head: waves(2, [[0.4, 1.1, 1.5, 1.9, 2.3], [0.7, 0.9, 1.2, 1.6, 3.1]], "of_columns"),
  },
  "quadratic head, features of three columns": {
    ...base,
    xDim: 6,
    trunk: mlp([6], "tanh"),
    head: waves(3, [[0.5], [1.3], [0.8]], "of_products"),
  },
};

/** Specs that are evaluated here and trained elsewhere. */
export const linearTrunks: Readonly<Record<string, NetworkSpec>> = {
  "linear trunk": { ...base, trunk: mlp([]) },
  "linear trunk behind an embedding": { ...specs["dense embedding"]!, trunk: mlp([]) },
  "linear trunk under a quadratic head": { ...specs["quadratic head"]!, trunk: mlp([]) },
  "linear trunk under an absolute head": { ...specs["absolute head"]!, trunk: mlp([]) },
};

/** Distances in features, whose weights differ. */
function waves(element: number, frequencies: number[][], mean: FourierFeatures["mean"]): QuadraticHead {
  const count = (2 * frequencies[0]!.length) ** element;
  const weights = Array.from({ length: count }, (_, j) => (1 + j % 5) / count);
  return { kind: "quadratic", weights, scale: 0.9, features: { element, frequencies, mean } };
}

/** One loss of each kind; `compute` and `assemble` are for other engines. */
export const losses: Readonly<Record<string, Loss>> = Object.fromEntries(
  ([
    ["bce", {}],
    ["bce_balanced", { weight: 10 }],
    ["nre_c", { classes: 3, gamma: 2 }],
    ["squared_error", {}],
    ["bce_score", { tau0: 2 }],
    ["nre_c_score", { classes: 3, gamma: 2, tau1: 0.5 }],
  ] as const).map(([name, options]) => {
    const never = () => {
      throw new Error("not for this engine");
    };
    const weighting = { rule: "fixed", weight: 0.7 } as const;
    const aid = { terms: ["score"], compute: never, weighting, judged: 0.4 };
    return [name, {
      name,
      options,
      assemble: never,
      compute: never,
      ...(name.endsWith("_score") && { aid }),
    }];
  }),
);

/** Those of {@linkcode losses} that there is a program for: score terms want a linear head. */
export function lossesFor({ head }: NetworkSpec): Loss[] {
  return Object.values(losses).filter(({ aid }) => head.kind === "linear" || !aid);
}

/** A loss of {@linkcode losses} whose aid is weighed by a rule. */
export function adaptive(loss: Loss, change: Partial<AdaptiveWeighting> = {}): Loss {
  const rule = { rule: "gradient_norm", every: 2, decay: 0.5, range: [1e-3, 1e3], over: "trunk" } as const;
  return { ...loss, aid: { ...loss.aid!, weighting: { ...rule, ...change } } };
}

/** θ rows per x row that a loss of {@linkcode losses} needs. */
export function atomsOf(loss: Loss): number {
  return { squared_error: 1, nre_c: 4, nre_c_score: 4 }[loss.name] ?? 2;
}

/** Standard normal rows. */
export function normalRows(key: Key, n: number, dim: number): Points {
  const random = stream(key);
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
}

/** A batch of noise with everything a loss could ask for. */
export function noiseBatch(key: Key, spec: Spec, n: number, atoms: number): Batch {
  return {
    theta: normalRows(foldIn(key, 0), n * atoms, spec.thetaDim),
    x: normalRows(foldIn(key, 1), n, spec.xDim),
    atoms,
    target: normalRows(foldIn(key, 2), n, 1).data,
    score: normalRows(foldIn(key, 3), Math.ceil(n / 2), spec.thetaDim),
  };
}

/** Initial weights with every bias and residual layer shaken, so that nothing is zero. */
export function shakenWeights(key: Key, spec: NetworkSpec): Weights {
  const random = stream(foldIn(key, 1));
  return Object.fromEntries(
    Object.entries(initWeights(foldIn(key, 0), spec)).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => value + 0.3 * drawNormal(random)) },
    ]),
  );
}

/** Scaling that changes nothing. */
export function unitScaling(spec: Spec): Scaling {
  const side = (dim: number) => ({
    mean: new Array<number>(dim).fill(0),
    std: new Array<number>(dim).fill(1),
  });
  return { theta: side(spec.thetaDim), x: side(spec.xDim) };
}

/** A plan that starts from shaken weights. */
export function planOf(key: Key, spec: NetworkSpec, loss: Loss): TrainPlan {
  return { spec, loss, scaling: unitScaling(spec), state: { weights: shakenWeights(key, spec), steps: 0 } };
}

/** An artifact of shaken weights and no past. */
export function artifactOf(key: Key, spec: NetworkSpec, scaling: Scaling = unitScaling(spec)): Artifact {
  const provenance = {
    simulator: "none",
    simulations: 0,
    failed: 0,
    key: "0:0",
    loss: { name: "bce", options: {} },
    engine: "none",
    versions: {},
    training: { loss: 0, epochs: 0 },
  };
  const prior = { kind: "independent", marginals: {} } as unknown as Artifact["prior"];
  return { kind: "ratio", spec, weights: shakenWeights(key, spec), prior, scaling, provenance };
}

/** What no GPU has a kernel for: threads do not meet there, and rows are not chosen. */
export const NOT_ON_GPU: readonly string[] = [
  "INSTRUCTION_WORDS",
  "MEET",
  "CHOOSE_ROWS",
  "KEEP_ROWS",
  "SCATTER_ROWS",
];
