/**
 * Artifacts as networks for other programs.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import { checkSpec } from "./check_spec.ts";
import { checkWeights } from "./check_weights.ts";
import { UnsupportedError } from "./errors.ts";
import { encodeMessage, type Message } from "./_protobuf.ts";
import { priorShape } from "./prior_from.ts";
import type { Scaling } from "./scaling.ts";
import type { NetworkSpec } from "./spec.ts";
import type { Weights } from "./weights.ts";

/** The version of ONNX that HSSM asks for, and the one of files that goes with it. */
const [OPSET, IR] = [17, 8];
const FLOAT32 = 1;
const INPUT = "theta_x";
const OUTPUTS = { ratio: "log_ratio", likelihood: "log_likelihood", cost: "cost", posterior: "" } as const;

/**
 * Writes an artifact as a network in ONNX, of opset 17: one input, rows of parameters and then data in raw
 * units, `[N, d + p]`, float32; one output, `[N, 1]`: the log-likelihood, log-ratio or cost of each row. Units
 * of training go into the first layer. Likelihoods with tanh or ReLU are in the form that HSSM reads.
 *
 * Names of parameters, and what the output is, are in the file's metadata, as `likely.parameters` and
 * `likely.kind`; the prior is not in it.
 *
 * @param artifact The trained surrogate. Borrowed.
 * @returns The bytes of the file.
 * @throws {UnsupportedError} If it is not one network of dense layers: an ensemble, a density, an embedding,
 * a ResNet, another head; or if a column is seen through a logarithm or a fold.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, artifactFromOnnx, artifactToOnnx, initWeights, key } from "@likely/core";
 *
 * const spec: Artifact["spec"] = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 1,
 *   trunk: { kind: "mlp", hidden: [8], activation: "tanh" },
 *   head: { kind: "linear" },
 * };
 * const standard = { mean: [0], std: [1] };
 * const artifact: Artifact = {
 *   kind: "likelihood",
 *   spec,
 *   weights: initWeights(key(0), spec),
 *   prior: { kind: "multivariate_normal", names: ["a"], mean: [0], covariance: [[1]] },
 *   scaling: { theta: standard, x: standard },
 *   provenance: {
 *     simulator: "noisy",
 *     simulations: 1000,
 *     failed: 0,
 *     key: "00000000:00000001",
 *     loss: { name: "nle", options: {} },
 *     engine: "tensor",
 *     versions: {},
 *     training: { loss: 0.5, epochs: 20 },
 *   },
 * };
 * const file = artifactToOnnx(artifact);
 * assertEquals(artifactFromOnnx(file, { prior: artifact.prior, xDim: 1 }).weights, artifact.weights);
 * ```
 */
export function artifactToOnnx(artifact: Artifact): Uint8Array<ArrayBuffer> {
  const { kind, weights, scaling } = artifact;
  const spec = requireDense(artifact);
  const { names } = priorShape(artifact.prior);
  const nodes: Message[] = [];
  const node = (op: string, inputs: readonly string[], output: string) => {
    const takes = inputs.map((name) => [1, name] as const);
    nodes.push([...takes, [2, output], [3, `node_${nodes.length}`], [4, op]]);
    return output;
  };
  const { hidden, activation } = spec.trunk;
  const last = OUTPUTS[kind];
  let at = INPUT;
  hidden.forEach((_, i) => {
    at = node("Gemm", [at, `trunk/${i}/weight`, `trunk/${i}/bias`], `h${i}`);
    if (activation === "tanh") at = node("Tanh", [at], `${at}/act`);
    else if (activation === "relu") at = node("Relu", [at], `${at}/act`);
    else at = node("Mul", [at, node("Sigmoid", [at], `${at}/gate`)], `${at}/act`);
  });
  const isLinear = spec.head.kind === "linear";
  at = node("Gemm", [at, "trunk/out/weight", "trunk/out/bias"], isLinear ? last : "out");
  const tensors = tensorsOf(spec, weights, scaling);
  if (spec.head.kind === "softplus") {
    node("Mul", [node("Softplus", [at], "softplus"), "scale"], last);
    tensors.push(tensor("scale", [], Float32Array.of(spec.head.scale)));
  }
  const graph: Message = [
    ...nodes.map((each) => [1, each] as const),
    [2, "likely"],
    ...tensors.map((each) => [5, each] as const),
    [11, rows(INPUT, spec.thetaDim + spec.xDim)],
    [12, rows(last, 1)],
  ];
  return encodeMessage([
    [1, IR],
    [2, "likely"],
    [7, graph],
    [8, [[1, ""], [2, OPSET]]],
    [14, [[1, "likely.kind"], [2, kind]]],
    [14, [[1, "likely.parameters"], [2, JSON.stringify(names)]]],
  ]);
}

type DenseSpec = NetworkSpec & {
  readonly trunk: { readonly kind: "mlp" };
  readonly head: { readonly kind: "linear" | "softplus" };
};

function requireDense({ spec, weights, scaling, others }: Artifact): DenseSpec {
  checkSpec(spec);
  if (others) refuse("it must be one network", `an ensemble of ${others.length + 1}`);
  if (spec.kind !== "network") {
    refuse("it must be a network of parameters and data", `a density, ${spec.kind}`);
  }
  const { embedding, trunk, head } = spec;
  if (embedding) refuse("data must not be embedded", `an embedding, ${embedding.kind}`);
  if (trunk.kind !== "mlp") refuse("its trunk must be an mlp", `"${trunk.kind}"`);
  if (head.kind !== "linear" && head.kind !== "softplus") {
    refuse("its head must be linear or softplus", `"${head.kind}"`);
  }
  for (const side of ["theta", "x"] as const) {
    for (const by of ["log", "upper", "fold"] as const) {
      const j = scaling[side][by]?.findIndex((value) => value !== null) ?? -1;
      if (j >= 0) refuse("units must be linear", `${by} of column ${j} of ${side}`);
    }
  }
  checkWeights(spec, weights);
  return spec as DenseSpec;
}

/** Layers by name; the first takes raw numbers. */
function tensorsOf({ trunk, thetaDim, xDim }: DenseSpec, weights: Weights, { theta, x }: Scaling): Message[] {
  const first = `trunk/${trunk.hidden.length === 0 ? "out" : 0}`;
  const [mean, std] = [[...theta.mean, ...x.mean], [...theta.std, ...x.std]];
  const { data, shape: [, width = 1] } = weights[`${first}/weight`]!;
  const bias = Float64Array.from(weights[`${first}/bias`]!.data);
  const weight = new Float64Array(data.length);
  for (let i = 0; i < thetaDim + xDim; i++) {
    for (let j = 0; j < width; j++) {
      const k = i * width + j;
      weight[k] = data[k]! / std[i]!;
      bias[j]! -= mean[i]! * weight[k]!;
    }
  }
  const folded: Readonly<Record<string, Float64Array>> = {
    [`${first}/weight`]: weight,
    [`${first}/bias`]: bias,
  };
  return Object.entries(weights).map(([name, { shape, data }]) =>
    tensor(name, shape, Float32Array.from(folded[name] ?? data))
  );
}

function tensor(name: string, shape: readonly number[], data: Float32Array): Message {
  return [
    ...shape.map((size) => [1, size] as const),
    [2, FLOAT32],
    [8, name],
    [9, new Uint8Array(data.buffer)],
  ];
}

/** `[N, width]`, as ValueInfoProto. */
function rows(name: string, width: number): Message {
  const shape: Message = [[1, [[2, "N"]]], [1, [[1, width]]]];
  return [[1, name], [2, [[1, [[1, FLOAT32], [2, shape]]]]]];
}

function refuse(rule: string, value: string): never {
  throw new UnsupportedError(`Cannot write ONNX as ${rule}: current value is ${value}`);
}
