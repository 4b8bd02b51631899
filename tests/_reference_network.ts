/**
 * The network of a spec, its θ-gradient and the losses in float64 and in the plainest way: the one
 * truth that both engines are compared with. Shares no code with either.
 */

import type {
  Activation,
  Batch,
  EmbeddingSpec,
  FourierFeatures,
  Loss,
  NetworkSpec,
  Weights,
} from "@likely/core";
import { averagePool, convolve, product, sigmoid, softplus } from "./_float64.ts";

type Vector = readonly number[];
/** Weights by name, in any precision. */
export type Numbers = Readonly<Record<string, { readonly data: Float32Array | Float64Array }>>;

/** Widens weights. */
export function doubles(weights: Weights): Numbers {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { data }]) => [name, { data: Float64Array.from(data) }]),
  );
}

/** The network's output at one standardised θ and x, head included. */
export function output(w: Numbers, spec: NetworkSpec, theta: Vector, x: Vector): number {
  const { trunk: { activation, ...trunk }, head } = spec;
  // What measures x depends on θ alone.
  let h: Vector = head.kind === "quadratic" || head.kind === "absolute"
    ? theta
    : [...theta, ...(spec.embedding ? embed(w, spec.embedding, x) : x)];
  if (trunk.kind === "mlp") {
    h = stack(w, "trunk", trunk.hidden.length, activation, h);
  } else {
    h = dense(w, "trunk/in", h);
    for (let i = 0; i < trunk.blocks; i++) {
      const inner = dense(w, `trunk/block${i}/0`, act(activation, h));
      const change = dense(w, `trunk/block${i}/1`, act(activation, inner));
      h = h.map((value, j) => value + change[j]!);
    }
  }
  const outputs = dense(w, "trunk/out", h);
  if (head.kind === "quadratic") {
    const seen = head.features ? features(head.features, x) : x;
    const line = product(theta, w["skip/weight"]!.data, 1, theta.length, seen.length);
    return head.scale * softplus(outputs[seen.length]!) +
      head.weights.reduce((sum, weight, j) => sum + weight * (line[j]! + outputs[j]! - seen[j]!) ** 2, 0);
  }
  if (head.kind === "absolute") {
    const line = product(theta, w["skip/weight"]!.data, 1, theta.length, x.length);
    return head.weights.reduce((sum, weight, j) => {
      const scale = softplus(outputs[x.length + j]!) + 1e-6;
      const z = (line[j]! + outputs[j]! - x[j]!) / scale;
      return sum + weight * scale * (softplus(z) + softplus(-z));
    }, 0);
  }
  const y = outputs[0]!;
  return head.kind === "softplus" ? head.scale * softplus(y) : y;
}

/** Products of cosines and sines, one feature after another. */
function features({ element, frequencies, mean: order }: FourierFeatures, x: Vector): Vector {
  const elements = Array.from({ length: x.length / element }, (_, i) => i * element);
  const count = frequencies[0]!.length;
  const one = (u: number, k: number, f: number) =>
    f < count ? Math.cos(frequencies[k]![f]! * u) : Math.sin(frequencies[k]![f - count]! * u);
  return Array.from({ length: (2 * count) ** element }, (_, j) => {
    // The digits of j, the last column's lowest.
    const digit = (k: number) => Math.floor(j / (2 * count) ** (element - 1 - k)) % (2 * count);
    const columns = Array.from(
      { length: element },
      (_, k) => elements.map((i) => one(x[i + k]!, k, digit(k))),
    );
    const times = (a: number, b: number) => a * b;
    if (order === "of_columns") return columns.map(mean).reduce(times);
    return mean(elements.map((_, i) => columns.map((column) => column[i]!).reduce(times)));
  });
}

function act(activation: Activation, h: Vector): Vector {
  if (activation === "tanh") return h.map(Math.tanh);
  return h.map((z) => activation === "relu" ? Math.max(0, z) : z * sigmoid(z));
}

function dense(w: Numbers, path: string, x: Vector): Vector {
  const bias = w[`${path}/bias`]!.data;
  const y = product(x, w[`${path}/weight`]!.data, 1, x.length, bias.length);
  return y.map((value, j) => value + bias[j]!);
}

/** Hidden layers `path/0`, `path/1`, …. */
function stack(w: Numbers, path: string, layers: number, activation: Activation, x: Vector): Vector {
  let h = x;
  for (let i = 0; i < layers; i++) h = act(activation, dense(w, `${path}/${i}`, h));
  return h;
}

/** What an embedding makes of a standardised row. */
export function embed(w: Numbers, e: EmbeddingSpec, x: Vector): Vector {
  if (e.kind === "conv") return dense(w, "embedding/out", filtered(w, e, x));
  let h = x;
  if (e.kind === "set") {
    const m = x.length / e.element;
    const seen = Array.from({ length: m }, (_, i) => {
      const element = x.slice(i * e.element, (i + 1) * e.element);
      return stack(w, "embedding/each", e.each.length, e.activation, element);
    });
    h = seen[0]!.map((_, j) => seen.reduce((sum, y) => sum + y[j]!, 0) / (e.pool === "mean" ? m : 1));
  }
  return dense(w, "embedding/out", stack(w, "embedding", e.hidden.length, e.activation, h));
}

/** A line is an image one cell wide, with kernels one cell wide. */
function filtered(w: Numbers, e: EmbeddingSpec & { readonly kind: "conv" }, x: Vector): Vector {
  const isLine = e.size.length === 1;
  let [height, width] = [e.size[0], e.size[1] ?? 1];
  let [map, channels] = [x, e.channels];
  e.filters.forEach((filters, i) => {
    const [filter, bias] = ["weight", "bias"].map((part) => w[`embedding/conv${i}/${part}`]!.data);
    const size = [e.kernel, isLine ? 1 : e.kernel] as const;
    const image = [1, height, width, channels] as const;
    const sums = convolve(map, filter!, filters, { image, size, stride: 1, pad: "same" });
    const values = act(e.activation, sums.map((sum, k) => sum + bias![k % filters]!));
    map = averagePool(values, {
      image: [1, height, width, filters],
      size: [e.pool, isLine ? 1 : e.pool],
      stride: e.pool,
      pad: "valid",
    });
    height = Math.floor(height / e.pool);
    width = isLine ? 1 : Math.floor(width / e.pool);
    channels = filters;
  });
  return map;
}

/** ∂ output / ∂θ by a fourth-order difference. */
export function thetaGradient(w: Numbers, spec: NetworkSpec, theta: Vector, x: Vector): number[] {
  const step = 1e-3;
  return theta.map((_, j) => {
    const at = (k: number) => output(w, spec, theta.map((t, i) => i === j ? t + k * step : t), x);
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
  });
}

const mean = (values: Vector) => values.reduce((sum, v) => sum + v, 0) / values.length;

function rowOf({ data, dim }: Batch["x"], i: number): number[] {
  return [...data.subarray(i * dim, (i + 1) * dim)];
}

/** A loss of a batch whose θ, x and score are standardised already, without what aids it. */
export function lossValue(w: Numbers, spec: NetworkSpec, { name, options }: Loss, batch: Batch): number {
  const { theta, x, atoms, target } = batch;
  const h = Array.from({ length: theta.n }, (_, k) => output(w, spec, rowOf(theta, k), rowOf(x, k % x.n)));
  const own = h.slice(0, x.n);
  const option = (key: string, fallback = 1) => Number(options[key] ?? fallback);
  const bce = mean(h.map((value, k) => softplus(k < x.n ? -value : value)));
  switch (name.replace("_score", "")) {
    case "bce":
      return bce;
    case "bce_balanced":
      return bce + option("weight") * (2 * mean(h.map(sigmoid)) - 1) ** 2;
    case "nre_c": {
      const gamma = option("gamma");
      const k = atoms - 1;
      const some = (i: number, first: number) =>
        Math.log(
          Array.from({ length: k }, (_, a) => Math.exp(h[(first + a) * x.n + i]!)).reduce((a, b) => a + b) *
            gamma / k,
        );
      const none = mean(own.map((_, i) => softplus(some(i, 1))));
      const first = mean(own.map((value, i) => softplus(some(i, 0)) - value - Math.log(gamma / k)));
      return (none + gamma * first) / (1 + gamma);
    }
    case "squared_error":
      return mean(own.map((value, i) => (value - target![i]!) ** 2));
    default:
      throw new Error(`no reference for ${name}`);
  }
}

/** The score term of a batch: its mean squared scaled miss, coordinates and rows alike. */
export function scoreTerm(w: Numbers, spec: NetworkSpec, { options }: Loss, batch: Batch): number {
  const { theta, x } = batch;
  const score = batch.score!;
  return mean(
    Array.from({ length: score.n }, (_, i) =>
      mean(
        thetaGradient(w, spec, rowOf(theta, i), rowOf(x, i))
          .map((g, j) => ((g - score.data[i * theta.dim + j]!) / Number(options[`tau${j}`] ?? 1)) ** 2),
      )),
  );
}

/** What is minimised: the loss and what aids it, with a fixed weight. */
function aim(w: Numbers, spec: NetworkSpec, loss: Loss, batch: Batch): number {
  const value = lossValue(w, spec, loss, batch);
  const weighting = loss.aid?.weighting;
  return weighting?.rule === "fixed" ? value + weighting.weight * scoreTerm(w, spec, loss, batch) : value;
}

/** ∂ (loss and aid) / ∂ weight by a central difference. */
export function weightSlope(
  w: Numbers,
  spec: NetworkSpec,
  loss: Loss,
  batch: Batch,
  name: string,
  i: number,
): number {
  const { data } = w[name]!;
  const kept = data[i]!;
  const step = 1e-4;
  const [up, down] = [kept + step, kept - step].map((value) => {
    data[i] = value;
    return aim(w, spec, loss, batch);
  });
  data[i] = kept;
  return (up! - down!) / (2 * step);
}
