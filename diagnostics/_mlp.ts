// A multilayer perceptron with one logit, its gradient and Adam: all that a diagnostic needs of
// a network, without a dependency. Widths are padded to multiples of eight by units whose
// weights are zero; their gradient is zero too, so they stay what they are.

import { drawUniform, foldIn, type Key, stream } from "@likely/core";
import { affine, mask, type Matrix, padded, product, productTurned, transpose, workspace } from "./_dense.ts";

/** One layer, `x W + b`; or its gradient. */
export interface Layer {
  /** `[in, out]`. */
  readonly weight: Matrix;
  /** `[out]`. */
  readonly bias: Float32Array;
}

/** A network for batches, in the one workspace: making another voids it. */
export interface Mlp {
  /** All weights and biases. */
  readonly parameters: Float32Array;
  /** What `backward` fills, laid out as the parameters. */
  readonly gradient: Float32Array;
  /** Views of the parameters. */
  readonly layers: readonly Layer[];
  /** Views of the gradient. */
  readonly gradients: readonly Layer[];
  /** Input of every layer, then the output, whose first column is the logit. */
  readonly values: readonly Matrix[];
  /** Derivatives by those values; `backward` starts from the last, which its caller fills. */
  readonly slopes: readonly Matrix[];
  /** Room for a transposed weight. */
  readonly turned: Float32Array;
}

/** Makes a network of zeros for batches of up to `batch` rows; `widths` ends in 1. */
export function makeMlp(widths: readonly number[], batch: number): Mlp {
  const sizes = widths.map(padded);
  const rows = padded(batch);
  const most = Math.max(...sizes) ** 2;
  const count = sizes.slice(1).reduce((sum, out, l) => sum + (sizes[l]! + 1) * out, 0);
  const take = workspace(2 * count + 2 * rows * sizes.reduce((sum, size) => sum + size) + most);
  const matrices = () => sizes.map((cols) => ({ data: take(rows * cols), rows, cols }));
  const [parameters, gradient] = [take(count), take(count)];
  return {
    ...{ parameters, layers: layersOf(parameters, sizes) },
    ...{ gradient, gradients: layersOf(gradient, sizes) },
    ...{ values: matrices(), slopes: matrices(), turned: take(most) },
  };
}

function layersOf(run: Float32Array, sizes: readonly number[]): Layer[] {
  let at = 0;
  return sizes.slice(1).map((cols, l) => {
    const rows = sizes[l]!;
    const data = run.subarray(at, at += rows * cols);
    return { weight: { data, rows, cols }, bias: run.subarray(at, at += cols) };
  });
}

/** Draws the parameters: uniform on ±√(6 / (in + out)), as scikit-learn does for ReLU. */
export function initMlp(key: Key, { layers }: Mlp, widths: readonly number[]): void {
  layers.forEach(({ weight, bias }, l) => {
    const random = stream(foldIn(key, l));
    const [rows, cols] = [widths[l]!, widths[l + 1]!];
    const bound = Math.sqrt(6 / (rows + cols));
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) weight.data[i * weight.cols + j] = drawUniform(random, -bound, bound);
    }
    for (let j = 0; j < cols; j++) bias[j] = drawUniform(random, -bound, bound);
  });
}

/** Fills `values` from its first matrix, all rows. */
export function forward({ layers, values }: Mlp): void {
  layers.forEach((layer, l) => {
    // ReLU after all but the last.
    affine(values[l]!, { ...layer, floor: l < layers.length - 1 ? 0 : -Infinity }, values[l + 1]!);
  });
}

/** Fills `gradient`, given the last of `slopes`. */
export function backward({ layers, gradients, values, slopes, turned }: Mlp): void {
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weight } = layers[l]!;
    const slope = slopes[l + 1]!;
    productTurned(values[l]!, slope, gradients[l]!.weight);
    sumRows(slope, gradients[l]!.bias);
    if (l === 0) return;
    const back = { data: turned, rows: weight.cols, cols: weight.rows };
    transpose(weight, back);
    product(slope, back, slopes[l]!);
    // ReLU passes on what it let through.
    mask(slopes[l]!, values[l]!);
  }
}

function sumRows({ data, cols }: Matrix, out: Float32Array): void {
  out.fill(0);
  for (let i = 0; i < data.length; i += cols) {
    for (let j = 0; j < cols; j++) out[j]! += data[i + j]!;
  }
}

/** Adam (Kingma & Ba 2015) with its usual constants: returns a step that changes the parameters. */
export function adam({ parameters, gradient }: Mlp, learningRate: number): () => void {
  // Float64, for squares of large gradients.
  const first = new Float64Array(parameters.length);
  const second = new Float64Array(parameters.length);
  let t = 0;
  return () => {
    t++;
    const rate = learningRate * Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
    for (let k = 0; k < parameters.length; k++) {
      const g = gradient[k]!;
      const m = first[k] = 0.9 * first[k]! + 0.1 * g;
      const v = second[k] = 0.999 * second[k]! + 0.001 * g * g;
      parameters[k]! -= rate * m / (Math.sqrt(v) + 1e-8);
    }
  };
}
