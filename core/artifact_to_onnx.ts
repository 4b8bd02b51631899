/**
 * Artifacts as networks for other programs.
 *
 * @module
 */

import type { Artifact } from "./artifact.ts";
import { checkSpec } from "./check_spec.ts";
import { checkWeights } from "./check_weights.ts";
import { UnsupportedError } from "./errors.ts";
import { encodeMessage, type Message, type Written } from "./_protobuf.ts";
import { priorShape } from "./prior_from.ts";
import type { Scaling, Standardisation } from "./scaling.ts";
import type { NetworkSpec } from "./spec.ts";
import type { Weight, Weights } from "./weights.ts";

/** The version of ONNX that HSSM asks for, and the one of files that goes with it. */
const [OPSET, IR] = [17, 8];
const FLOAT32 = 1;
const INPUT = "theta_x";
/** What the first layer of the trunk makes of embedded x. */
const JOIN = "join/weight";
const OUTPUTS = { ratio: "log_ratio", likelihood: "log_likelihood", cost: "cost", posterior: "" } as const;

/**
 * Writes an artifact as a network in ONNX, of opset 17: one input, rows of parameters and then data in raw
 * units, `[N, d + p]`, float32; one output, `[N, 1]`: the log-likelihood, log-ratio or cost of each row. Units
 * of training go into the first layer, logarithms before it. Likelihoods with tanh or ReLU are in the form that HSSM reads.
 *
 * Names of parameters, and what the output is, are in the file's metadata, as `likely.parameters` and
 * `likely.kind`; the prior is not in it.
 *
 * @param artifact The trained surrogate. Borrowed.
 * @returns The bytes of the file.
 * @throws {UnsupportedError} If it is not one network of dense layers: an ensemble, a density, a set or conv
 * embedding, a head that measures x.
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
  const { kind, scaling } = artifact;
  const spec = requireDense(artifact);
  const { names } = priorShape(artifact.prior);
  const graph = new Graph();
  const { trunk, head } = spec;
  const weights = rawWeights(spec, artifact.weights, scaling);
  const input = addUnits(graph, spec, scaling);
  const dense = (path: string, from: string, out: string) =>
    graph.node(
      "Gemm",
      [from, ...["weight", "bias"].map((end) => graph.tensor(`${path}/${end}`, weights))],
      out,
    );
  const layer = (path: string, from: string) => dense(path, from, `${path}/sum`);
  const stack = (path: string, from: string, widths: readonly number[], bend: string) =>
    widths.reduce((at: string, _, i) => graph.bend(bend, layer(`${path}/${i}`, at)), from);

  let joined: string | undefined;
  if (spec.embedding) {
    const { hidden, activation } = spec.embedding;
    const embedded = layer("embedding/out", stack("embedding", input, hidden, activation));
    joined = graph.node("MatMul", [embedded, graph.tensor(JOIN, weights)], "joined");
  }
  const last = OUTPUTS[kind];
  const isLinear = head.kind === "linear";
  const end = isLinear ? last : "sum";
  const first = (path: string, isLast = false) => {
    const out = isLast ? end : `${path}/sum`;
    if (joined === undefined) return dense(path, input, out);
    return graph.node("Add", [dense(path, input, `${path}/theta`), joined], out);
  };
  if (trunk.kind === "resnet") {
    const { activation } = trunk;
    let at = first("trunk/in");
    for (let i = 0; i < trunk.blocks; i++) {
      const path = `trunk/block${i}`;
      const inner = layer(`${path}/0`, graph.bend(activation, at));
      at = graph.node("Add", [at, layer(`${path}/1`, graph.bend(activation, inner))], path);
    }
    dense("trunk/out", at, end);
  } else if (trunk.hidden.length === 0) first("trunk/out", true);
  else {
    let at = graph.bend(trunk.activation, first("trunk/0"));
    for (let i = 1; i < trunk.hidden.length; i++) at = graph.bend(trunk.activation, layer(`trunk/${i}`, at));
    dense("trunk/out", at, end);
  }
  if (head.kind === "softplus") {
    const scale = graph.tensor("scale", { scale: { shape: [], data: Float32Array.of(head.scale) } });
    graph.node("Mul", [graph.node("Softplus", [end], "softplus"), scale], last);
  }
  return encodeMessage([
    [1, IR],
    [2, "likely"],
    [7, [
      ...graph.fields,
      [2, "likely"],
      [11, rows(INPUT, spec.thetaDim + spec.xDim)],
      [12, rows(last, 1)],
    ]],
    [8, [[1, ""], [2, OPSET]]],
    [14, [[1, "likely.kind"], [2, kind]]],
    [14, [[1, "likely.parameters"], [2, JSON.stringify(names)]]],
  ]);
}

/** Nodes and tensors as they are added. */
class Graph {
  readonly fields: (readonly [number, Written])[] = [];

  /** Adds an operation; returns the name of its output. */
  node(op: string, inputs: readonly string[], output: string): string {
    const takes = inputs.map((name) => [1, name] as const);
    this.fields.push([1, [...takes, [2, output], [3, `node of ${output}`], [4, op]]]);
    return output;
  }

  /** Adds an activation. */
  bend(kind: string, from: string): string {
    const out = `${from}/${kind}`;
    if (kind === "tanh") return this.node("Tanh", [from], out);
    if (kind === "relu") return this.node("Relu", [from], out);
    return this.node("Mul", [from, this.node("Sigmoid", [from], `${out}/gate`)], out);
  }

  /** Adds weights; returns their name. */
  tensor(name: string, from: Weights): string {
    const { shape, data } = from[name]!;
    this.fields.push([5, [
      ...shape.map((size) => [1, size] as const),
      [2, FLOAT32],
      [8, name],
      [9, new Uint8Array(data.slice().buffer)],
    ]]);
    return name;
  }
}

type DenseSpec = NetworkSpec & {
  readonly embedding?: { readonly kind: "dense" };
  readonly head: { readonly kind: "linear" | "softplus" };
};

function requireDense({ spec, weights, others }: Artifact): DenseSpec {
  checkSpec(spec);
  if (others) refuse("it must be one network", `an ensemble of ${others.length + 1}`);
  if (spec.kind !== "network") {
    refuse("it must be a network of parameters and data", `a density, ${spec.kind}`);
  }
  const { embedding, head } = spec;
  if (embedding && embedding.kind !== "dense") refuse("an embedding must be dense", `"${embedding.kind}"`);
  if (head.kind !== "linear" && head.kind !== "softplus") {
    refuse("its head must be linear or softplus", `"${head.kind}"`);
  }
  checkWeights(spec, weights);
  return spec as DenseSpec;
}

/**
 * Adds what columns are seen through, if any: c(v) as in `docs/artifact.md`, a sum of terms that are each 0 for
 * columns without it, of finite slope everywhere. Returns the name of the row.
 */
function addUnits(graph: Graph, { thetaDim, xDim }: DenseSpec, { theta, x }: Scaling): string {
  const column = <T>(of: (side: Standardisation) => readonly (T | null)[] | undefined): (T | null)[] =>
    ([[theta, thetaDim], [x, xDim]] as const)
      .flatMap(([side, dim]) => of(side) ?? Array<null>(dim).fill(null));
  const [low, high] = [column((side) => side.log), column((side) => side.upper)];
  const folds = column((side) => side.fold);
  const terms: string[] = [];
  // op(v · by + plus) · sign
  const add = (
    op: "Log" | "Asinh" | "Identity",
    has: readonly boolean[],
    of: (j: number) => { readonly by: number; readonly plus: number; readonly sign?: number },
  ) => {
    if (!has.includes(true)) return;
    const name = `units/${op}${terms.length}`;
    const all = has.map((is, j) =>
      is ? { sign: 1, ...of(j) } : { by: 0, plus: op === "Log" ? 1 : 0, sign: 0 }
    );
    const constant = (key: "by" | "plus" | "sign") =>
      graph.tensor(`${name}/${key}`, {
        [`${name}/${key}`]: { shape: [all.length], data: Float32Array.from(all, (each) => each[key]) },
      });
    const scaled = graph.node("Mul", [INPUT, constant("by")], `${name}/scaled`);
    const bent = graph.node(
      op,
      [graph.node("Add", [scaled, constant("plus")], `${name}/of`)],
      `${name}/bent`,
    );
    terms.push(graph.node("Mul", [bent, constant("sign")], name));
  };
  add("Log", low.map((value) => value !== null), (j) => ({ by: 1, plus: -low[j]! }));
  add(
    "Log",
    high.map((value) => value !== null),
    (j) => ({ by: -1, plus: high[j]!, sign: low[j] === null ? 1 : -1 }),
  );
  add("Asinh", folds.map((value) => value !== null), (j) => {
    const { at, unit } = folds[j]!;
    return { by: 1 / unit, plus: -at / unit };
  });
  if (terms.length === 0) return INPUT;
  const plain = low.map((value, j) => value === null && high[j] === null && folds[j] === null);
  add("Identity", plain, () => ({ by: 1, plus: 0 }));
  return terms.reduce((sum, term) => graph.node("Add", [sum, term], `${term}/sum`));
}

/**
 * Weights by name, those that see θ or x made to see the row of both as it is. What the embedding adds to
 * the first layer of the trunk stands apart.
 */
function rawWeights(spec: DenseSpec, weights: Weights, { theta, x }: Scaling): Weights {
  const { thetaDim, xDim, trunk, embedding } = spec;
  const [mean, std] = [[...theta.mean, ...x.mean], [...theta.std, ...x.std]];
  /** Of a layer whose first rows are of columns from `from` to `to` of the input; 0 for the others. */
  const raw = (path: string, from: number, to: number): Record<string, Weight> => {
    const { data, shape: [, width = 1] } = weights[`${path}/weight`]!;
    const bias = Float64Array.from(weights[`${path}/bias`]!.data);
    const weight = new Float64Array((thetaDim + xDim) * width);
    for (let i = from; i < to; i++) {
      for (let j = 0; j < width; j++) {
        const k = i * width + j;
        weight[k] = data[k - from * width]! / std[i]!;
        bias[j]! -= mean[i]! * weight[k]!;
      }
    }
    return {
      [`${path}/weight`]: { shape: [thetaDim + xDim, width], data: Float32Array.from(weight) },
      [`${path}/bias`]: { shape: [width], data: Float32Array.from(bias) },
    };
  };
  const first = trunk.kind === "resnet" ? "trunk/in" : `trunk/${trunk.hidden.length === 0 ? "out" : 0}`;
  if (!embedding) return { ...weights, ...raw(first, 0, thetaDim + xDim) };
  const { data, shape: [, width = 1] } = weights[`${first}/weight`]!;
  return {
    ...weights,
    ...raw(`embedding/${embedding.hidden.length === 0 ? "out" : 0}`, thetaDim, thetaDim + xDim),
    ...raw(first, 0, thetaDim),
    [JOIN]: { shape: [embedding.out, width], data: data.subarray(thetaDim * width) },
  };
}

/** `[N, width]`, as ValueInfoProto. */
function rows(name: string, width: number): Message {
  const shape: Message = [[1, [[2, "N"]]], [1, [[1, width]]]];
  return [[1, name], [2, [[1, [[1, FLOAT32], [2, shape]]]]]];
}

function refuse(rule: string, value: string): never {
  throw new UnsupportedError(`Cannot write ONNX as ${rule}: current value is ${value}`);
}
