// The network and the losses once more, in float64 and in the plainest way, for the tests
// beside: no matrix library, no shared code. (Named as a test so that it is not published.)

import type { Activation, Batch, EmbeddingSpec, Loss, NetworkSpec, Weights } from "@likely/core";

type Vector = number[];
/** Weights in float64, by name. */
export type Doubles = Record<string, Float64Array>;

/** Widens weights. */
export function doubles(weights: Weights): Doubles {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
}

function act(kind: Activation, z: number): number {
  if (kind === "tanh") return Math.tanh(z);
  return kind === "relu" ? Math.max(0, z) : z / (1 + Math.exp(-z));
}

function dense(w: Doubles, path: string, x: Vector): Vector {
  const weight = w[`${path}/weight`]!;
  const y = [...w[`${path}/bias`]!];
  x.forEach((value, i) => y.forEach((_, j) => y[j]! += value * weight[i * y.length + j]!));
  return y;
}

function embed(w: Doubles, spec: EmbeddingSpec, x: Vector): Vector {
  const f = (z: number) => act(spec.activation, z);
  if (spec.kind === "conv") return dense(w, "embedding/out", convolve(w, spec, x));
  let h = x;
  if (spec.kind === "set") {
    const m = x.length / spec.element;
    const seen = Array.from({ length: m }, (_, e) =>
      spec.each.reduce(
        (y: Vector, _, i) => dense(w, `embedding/each/${i}`, y).map(f),
        x.slice(e * spec.element, (e + 1) * spec.element),
      ));
    h = seen[0]!.map((_, j) => seen.reduce((sum, y) => sum + y[j]!, 0) / (spec.pool === "mean" ? m : 1));
  }
  spec.hidden.forEach((_, i) => h = dense(w, `embedding/${i}`, h).map(f));
  return dense(w, "embedding/out", h);
}

function convolve(w: Doubles, spec: EmbeddingSpec & { kind: "conv" }, x: Vector): Vector {
  let [height, width = 1] = spec.size as readonly number[] as [number, number?];
  const kw = spec.size.length === 1 ? 1 : spec.kernel;
  const pw = spec.size.length === 1 ? 1 : spec.pool;
  let channels = spec.channels;
  let map = x;
  spec.filters.forEach((filters, layer) => {
    const kernel = w[`embedding/conv${layer}/weight`]!;
    const bias = w[`embedding/conv${layer}/bias`]!;
    const out: Vector = [];
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < width; c++) {
        for (let f = 0; f < filters; f++) {
          let sum = bias[f]!;
          for (let ky = 0; ky < spec.kernel; ky++) {
            for (let kx = 0; kx < kw; kx++) {
              const sy = y + ky - (spec.kernel >> 1);
              const sx = c + kx - (kw >> 1);
              if (sy < 0 || sx < 0 || sy >= height || sx >= width) continue;
              for (let k = 0; k < channels; k++) {
                sum += map[(sy * width + sx) * channels + k]! *
                  kernel[((ky * kw + kx) * channels + k) * filters + f]!;
              }
            }
          }
          out.push(act(spec.activation, sum));
        }
      }
    }
    const ph = Math.floor(height / spec.pool);
    const pooledWidth = Math.floor(width / pw);
    map = Array.from({ length: ph * pooledWidth * filters }, (_, i) => {
      const f = i % filters;
      const c = Math.floor(i / filters) % pooledWidth;
      const y = Math.floor(i / filters / pooledWidth);
      let sum = 0;
      for (let py = 0; py < spec.pool; py++) {
        for (let px = 0; px < pw; px++) {
          sum += out[((y * spec.pool + py) * width + c * pw + px) * filters + f]!;
        }
      }
      return sum / (spec.pool * pw);
    });
    [height, width, channels] = [ph, pooledWidth, filters];
  });
  return map;
}

/** The network's output at one standardised θ and x, head included. */
export function output(w: Doubles, spec: NetworkSpec, theta: Vector, x: Vector): number {
  const { trunk, head } = spec;
  const f = (z: number) => act(trunk.activation, z);
  let h = [...theta, ...(spec.embedding ? embed(w, spec.embedding, x) : x)];
  if (trunk.kind === "mlp") {
    trunk.hidden.forEach((_, i) => h = dense(w, `trunk/${i}`, h).map(f));
  } else {
    h = dense(w, "trunk/in", h);
    for (let i = 0; i < trunk.blocks; i++) {
      const inner = dense(w, `trunk/block${i}/0`, h.map(f)).map(f);
      const add = dense(w, `trunk/block${i}/1`, inner);
      h = h.map((value, j) => value + add[j]!);
    }
  }
  const [y] = dense(w, "trunk/out", h) as [number];
  return head.kind === "softplus" ? head.scale * softplus(y) : y;
}

/** ∂ output / ∂θ by a fourth-order difference. */
export function thetaGradient(w: Doubles, spec: NetworkSpec, theta: Vector, x: Vector): Vector {
  const step = 1e-3;
  return theta.map((_, j) => {
    const at = (k: number) => output(w, spec, theta.map((t, i) => i === j ? t + k * step : t), x);
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
  });
}

function softplus(h: number): number {
  return Math.max(h, 0) + Math.log1p(Math.exp(-Math.abs(h)));
}

const mean = (values: Vector) => values.reduce((sum, v) => sum + v, 0) / values.length;
const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));

/** A loss of a batch whose θ, x and score are standardised already. */
export function lossValue(w: Doubles, spec: NetworkSpec, { name, options }: Loss, batch: Batch): number {
  const { theta, x, atoms, target } = batch;
  const rowOf = ({ data, dim }: Batch["x"], i: number) => [...data.subarray(i * dim, (i + 1) * dim)];
  const h = Array.from({ length: theta.n }, (_, k) => output(w, spec, rowOf(theta, k), rowOf(x, k % x.n)));
  const own = h.slice(0, x.n);
  const option = (key: string, fallback = 1) => Number(options[key] ?? fallback);
  const bce = mean(h.map((value, k) => softplus(k < x.n ? -value : value)));
  switch (name) {
    case "bce":
      return bce;
    case "bce_balanced":
      return bce + option("weight") * (2 * mean(h.map(sigmoid)) - 1) ** 2;
    case "bce_score": {
      const rows = Math.ceil(option("fraction") * own.length);
      const misses = own.slice(0, rows).flatMap((_, i) =>
        thetaGradient(w, spec, rowOf(theta, i), rowOf(x, i))
          .map((g, j) => ((g - batch.score!.data[i * theta.dim + j]!) / option(`tau${j}`)) ** 2)
      );
      return bce + option("weight") * mean(misses);
    }
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

/** ∂ loss / ∂ weight by a central difference. */
export function weightSlope(
  w: Doubles,
  spec: NetworkSpec,
  loss: Loss,
  batch: Batch,
  name: string,
  i: number,
): number {
  const weight = w[name]!;
  const kept = weight[i]!;
  const step = 1e-4;
  const [up, down] = [kept + step, kept - step].map((value) => {
    weight[i] = value;
    return lossValue(w, spec, loss, batch);
  });
  weight[i] = kept;
  return (up! - down!) / (2 * step);
}
