// A multilayer perceptron with one logit, its gradient and Adam: all that a diagnostic needs
// of a network, in float64 and without a dependency.

import { drawUniform, foldIn, type Key, stream } from "@likely/core";
import { type Matrix, matrix, timesTransposed, transpose } from "./_dense.ts";

/** One layer: `x Wᵀ + b`. */
interface Layer {
  /** `[out, in]`. */
  readonly weight: Matrix;
  /** `[out]`. */
  readonly bias: Float64Array;
}

/** The layers of a network, inputs first. */
export type Mlp = readonly Layer[];

/** Draws a network: uniform on ±√(6 / (in + out)), as scikit-learn does for ReLU. */
export function initMlp(key: Key, widths: readonly number[]): Mlp {
  return widths.slice(1).map((out, l) => {
    const random = stream(foldIn(key, l));
    const bound = Math.sqrt(6 / (widths[l]! + out));
    const weight = matrix(out, widths[l]!);
    for (let k = 0; k < weight.data.length; k++) weight.data[k] = drawUniform(random, -bound, bound);
    return { weight, bias: Float64Array.from({ length: out }, () => drawUniform(random, -bound, bound)) };
  });
}

/** The input of every layer, then the logits `[n, 1]`. */
export function forward(mlp: Mlp, x: Matrix): Matrix[] {
  const values = [x];
  mlp.forEach(({ weight, bias }, l) => {
    const out = timesTransposed(values[l]!, weight);
    const isLast = l === mlp.length - 1;
    let k = 0;
    for (let i = 0; i < out.rows; i++) {
      for (let j = 0; j < out.cols; j++) {
        const value = out.data[k]! + bias[j]!;
        out.data[k++] = isLast || value > 0 ? value : 0;
      }
    }
    values.push(out);
  });
  return values;
}

/** The gradient by layer, given the inputs of every layer and `∂loss / ∂logit` `[n, 1]`. */
export function backward(mlp: Mlp, values: readonly Matrix[], delta: Matrix): Mlp {
  const out: Layer[] = [];
  let following = delta;
  for (let l = mlp.length - 1; l >= 0; l--) {
    const input = values[l]!;
    const turned = transpose(following);
    out.unshift({ weight: timesTransposed(turned, transpose(input)), bias: rowSums(turned) });
    if (l === 0) break;
    following = timesTransposed(following, transpose(mlp[l]!.weight));
    // ReLU passes on what it let through.
    for (let k = 0; k < following.data.length; k++) if (input.data[k] === 0) following.data[k] = 0;
  }
  return out;
}

function rowSums({ data, rows, cols }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = i * cols; j < (i + 1) * cols; j++) sum += data[j]!;
    return sum;
  });
}

/** All numbers of a network, array by array. */
export function arraysOf(mlp: Mlp): Float64Array[] {
  return mlp.flatMap(({ weight, bias }) => [weight.data, bias]);
}

/** Adam (Kingma & Ba 2015) with its usual constants: returns a step that changes the arrays. */
export function adam(
  arrays: readonly Float64Array[],
  learningRate: number,
): (gradients: readonly Float64Array[]) => void {
  const first = arrays.map(({ length }) => new Float64Array(length));
  const second = arrays.map(({ length }) => new Float64Array(length));
  let t = 0;
  return (gradients) => {
    t++;
    const rate = learningRate * Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
    arrays.forEach((array, a) => {
      const m = first[a]!;
      const v = second[a]!;
      const g = gradients[a]!;
      for (let k = 0; k < array.length; k++) {
        m[k] = 0.9 * m[k]! + 0.1 * g[k]!;
        v[k] = 0.999 * v[k]! + 0.001 * g[k]! * g[k]!;
        array[k]! -= rate * m[k]! / (Math.sqrt(v[k]!) + 1e-8);
      }
    });
  };
}
