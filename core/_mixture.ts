// A mixture of Gaussians given a context, see `MdnSpec`.

import { exp, log } from "./elementary.ts";
import { bound } from "./_bound.ts";
import { layerAt, plainTrunk, through } from "./_plain_layers.ts";
import type { MdnSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import type { Weights } from "./weights.ts";

/** A mixture, its context filled in. */
export interface Mixture {
  /** Log density of a row `[D]`, in nats. */
  logDensity(y: Float64Array): number;
  /** The draw that a share in [0, 1) and a standard normal row `[D]` make. */
  draw(share: number, z: Float64Array): Float64Array;
}

/** The mixture as a function of c `[C]`. */
export function mixture(weights: Weights, spec: MdnSpec): (c: Float64Array) => Mixture {
  const trunk = plainTrunk(weights, "trunk", spec.trunk);
  const skip = layerAt(weights, "skip");
  const dim = densityWidths(spec).target;
  return (c) => {
    const components = componentsOf(trunk(c), through(skip, c), { count: spec.components, dim });
    return { logDensity: (y) => logDensity(components, y), draw: (share, z) => draw(components, share, z) };
  };
}

/** A Gaussian around its mean, and its share. */
interface Component {
  /** Unnormalised. */
  readonly logShare: number;
  readonly mean: Float64Array;
  /** L, `[D, D]`, 0 above the diagonal; the precision is Lᵀ L. */
  readonly factor: Float64Array;
  readonly logDet: number;
}

function componentsOf(
  outputs: Float64Array,
  line: Float64Array,
  { count, dim }: { readonly count: number; readonly dim: number },
): Component[] {
  const below = dim * (dim - 1) / 2;
  return Array.from({ length: count }, (_, k) => {
    const part = (before: number, size: number) =>
      outputs.subarray(count * before + k * size, count * before + (k + 1) * size);
    const logDiagonal = part(1 + dim, dim).map(bound);
    return {
      logShare: outputs[k]!,
      mean: part(1, dim).map((r, j) => r + line[k * dim + j]!),
      factor: factorOf(logDiagonal, part(1 + 2 * dim, below)),
      logDet: logDiagonal.reduce((sum, h) => sum + h, 0),
    };
  });
}

function factorOf(logDiagonal: Float64Array, below: Float64Array): Float64Array {
  const dim = logDiagonal.length;
  const factor = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    factor.set(below.subarray(i * (i - 1) / 2, i * (i + 1) / 2), i * dim);
    factor[i * dim + i] = exp(logDiagonal[i]!);
  }
  return factor;
}

function logDensity(components: readonly Component[], y: Float64Array): number {
  const shares = logSumExp(components.map(({ logShare }) => logShare));
  const terms = components.map(({ logShare, mean, factor, logDet }) => {
    let squares = 0;
    for (let i = 0; i < y.length; i++) {
      let z = 0;
      for (let j = 0; j <= i; j++) z += factor[i * y.length + j]! * (y[j]! - mean[j]!);
      squares += z * z;
    }
    return logShare + logDet - squares / 2;
  });
  return logSumExp(terms) - shares - y.length * log(2 * Math.PI) / 2;
}

/** Solves `L (y − μ) = z` from the first coordinate on. */
function draw(components: readonly Component[], share: number, z: Float64Array): Float64Array {
  const { mean, factor } = chosen(components, share);
  const away = new Float64Array(z.length);
  for (let i = 0; i < z.length; i++) {
    let rest = z[i]!;
    for (let j = 0; j < i; j++) rest -= factor[i * z.length + j]! * away[j]!;
    away[i] = rest / factor[i * z.length + i]!;
  }
  return away.map((value, j) => value + mean[j]!);
}

function chosen(components: readonly Component[], share: number): Component {
  const top = Math.max(...components.map(({ logShare }) => logShare));
  const shares = components.map(({ logShare }) => exp(logShare - top));
  let rest = share * shares.reduce((sum, part) => sum + part, 0);
  const k = shares.findIndex((part) => (rest -= part) < 0);
  // Rounding may leave a little after the last.
  return components.at(k)!;
}

function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + log(values.reduce((sum, value) => sum + exp(value - top), 0));
}
