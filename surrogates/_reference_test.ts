// The network of a spec in float64 and in plain loops: the independent truth of the tests here.
// Holds no tests itself.

import type { Activation, ConvEmbedding, NetworkSpec, Weights } from "@likely/core";

type Row = readonly number[];

/** The output at one row of standardised θ and x. */
export function referenceOutput(spec: NetworkSpec, weights: Weights, theta: Row, x: Row): number {
  const h = trunk(spec, weights, [...theta, ...embed(spec, weights, x)]);
  return spec.head.kind === "linear" ? h : spec.head.scale * Math.log1p(Math.exp(h));
}

function act(activation: Activation, h: Row): Row {
  if (activation === "tanh") return h.map(Math.tanh);
  if (activation === "relu") return h.map((value) => Math.max(0, value));
  return h.map((value) => value / (1 + Math.exp(-value)));
}

function dense(weights: Weights, path: string, x: Row): Row {
  const { data } = weights[`${path}/weight`]!;
  const bias = [...weights[`${path}/bias`]!.data];
  return bias.map((b, j) => x.reduce((sum, value, i) => sum + value * data[i * bias.length + j]!, b));
}

function stack(weights: Weights, path: string, count: number, activation: Activation, x: Row): Row {
  let h = x;
  for (let i = 0; i < count; i++) h = act(activation, dense(weights, `${path}/${i}`, h));
  return h;
}

function trunk({ trunk: t }: NetworkSpec, weights: Weights, joined: Row): number {
  if (t.kind === "mlp") {
    return dense(weights, "trunk/out", stack(weights, "trunk", t.hidden.length, t.activation, joined))[0]!;
  }
  let h = dense(weights, "trunk/in", joined);
  for (let i = 0; i < t.blocks; i++) {
    const inner = dense(weights, `trunk/block${i}/0`, act(t.activation, h));
    const change = dense(weights, `trunk/block${i}/1`, act(t.activation, inner));
    h = h.map((value, j) => value + change[j]!);
  }
  return dense(weights, "trunk/out", h)[0]!;
}

function embed({ embedding: e }: NetworkSpec, weights: Weights, x: Row): Row {
  if (!e) return x;
  if (e.kind === "conv") return dense(weights, "embedding/out", convolve(e, weights, x));
  if (e.kind === "dense") {
    return dense(weights, "embedding/out", stack(weights, "embedding", e.hidden.length, e.activation, x));
  }
  const elements = Array.from(
    { length: x.length / e.element },
    (_, i) =>
      stack(
        weights,
        "embedding/each",
        e.each.length,
        e.activation,
        x.slice(i * e.element, (i + 1) * e.element),
      ),
  );
  const pooled = elements[0]!.map((_, j) =>
    elements.reduce((sum, h) => sum + h[j]!, 0) / (e.pool === "mean" ? elements.length : 1)
  );
  return dense(weights, "embedding/out", stack(weights, "embedding", e.hidden.length, e.activation, pooled));
}

/** A grid `[height, width, channels]`; a line is one cell wide and has kernels one cell wide. */
function convolve(e: ConvEmbedding, weights: Weights, x: Row): Row {
  const isLine = e.size.length === 1;
  let [height, width] = [e.size[0], e.size[1] ?? 1];
  let channels = e.channels;
  let grid = x;
  e.filters.forEach((out, i) => {
    const { data } = weights[`embedding/conv${i}/weight`]!;
    const bias = weights[`embedding/conv${i}/bias`]!.data;
    const [kh, kw] = [e.kernel, isLine ? 1 : e.kernel];
    const at = (r: number, c: number, o: number) => {
      let sum = bias[o]!;
      for (let u = 0; u < kh; u++) {
        for (let v = 0; v < kw; v++) {
          const [row, column] = [r + u - (kh - 1) / 2, c + v - (kw - 1) / 2];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          for (let k = 0; k < channels; k++) {
            sum += grid[(row * width + column) * channels + k]! *
              data[((u * kw + v) * channels + k) * out + o]!;
          }
        }
      }
      return sum;
    };
    const seen = Array.from(
      { length: height * width * out },
      (_, k) => at(Math.floor(k / out / width), Math.floor(k / out) % width, k % out),
    );
    [grid, height, width] = pool(act(e.activation, seen), { height, width, out, by: e.pool, isLine });
    channels = out;
  });
  return grid;
}

function pool(
  grid: Row,
  { height, width, out, by, isLine }: {
    height: number;
    width: number;
    out: number;
    by: number;
    isLine: boolean;
  },
): [Row, number, number] {
  const [ph, pw] = [by, isLine ? 1 : by];
  const [h, w] = [Math.floor(height / ph), Math.floor(width / pw)];
  const pooled = Array.from({ length: h * w * out }, (_, k) => {
    const [r, c, o] = [Math.floor(k / out / w), Math.floor(k / out) % w, k % out];
    let sum = 0;
    for (let u = 0; u < ph; u++) {
      for (let v = 0; v < pw; v++) sum += grid[((r * ph + u) * width + c * pw + v) * out + o]!;
    }
    return sum / (ph * pw);
  });
  return [pooled, h, w];
}

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
