// Gaussian fields on a square with its opposite sides joined, as white noise smoothed by a Gaussian.

/**
 * Weights of the smoothing along one axis of `side` cells, at distances 0, 1, …, `side − 1` cells around:
 * `exp(−d² / ℓ²)`, summed over turns. Their squares sum to one, so that the field has variance 1 on any grid;
 * its covariance is `exp(−d² / 2ℓ²)` where cells are small and ℓ too.
 */
export function smoothingWeights(side: number, length: number): Float64Array {
  const weights = Float64Array.from({ length: side }, (_, i) => {
    let sum = 0;
    for (let turn = -3; turn <= 3; turn++) sum += Math.exp(-(((i / side + turn) / length) ** 2));
    return sum;
  });
  const norm = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0));
  return weights.map((w) => w / norm);
}

/** Smooths a field, `[side, side]`, along both axes. */
export function smooth(field: Float64Array, weights: Float64Array): Float64Array {
  return alongRows(alongRows(field, weights), weights);
}

/** Smooths along rows, and returns the transpose: twice is along both axes. */
function alongRows(field: Float64Array, weights: Float64Array): Float64Array {
  const side = weights.length;
  // Twice around, so that no index wraps.
  const around = Float64Array.from({ length: 2 * side }, (_, i) => weights[i % side]!);
  const out = new Float64Array(field.length);
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      let sum = 0;
      for (let j = 0; j < side; j++) sum += field[r * side + j]! * around[side + c - j]!;
      out[c * side + r] = sum;
    }
  }
  return out;
}

/** Averages blocks of `by` × `by` cells. */
export function blockMeans(field: Float64Array, by: number): Float64Array {
  const side = Math.sqrt(field.length);
  const coarse = side / by;
  const out = new Float64Array(coarse * coarse);
  field.forEach((value, i) => {
    const [r, c] = [Math.floor(Math.floor(i / side) / by), Math.floor(i % side / by)];
    out[r * coarse + c]! += value / (by * by);
  });
  return out;
}

/**
 * Where each of `side` × `side` cells stands in row-major order, when the four cells that a coarse one is split
 * into stand together, from a square of `coarsest` × `coarsest` cells on.
 */
export function nestedOrder(coarsest: number, side: number): Uint32Array {
  let places = Uint32Array.from({ length: coarsest * coarsest }, (_, i) => i);
  for (let now = coarsest; now < side; now *= 2) {
    const before = places;
    places = Uint32Array.from({ length: 4 * before.length }, (_, i) => {
      const parent = before[i >> 2]!;
      const [r, c] = [2 * Math.floor(parent / now) + ((i & 3) >> 1), 2 * (parent % now) + (i & 1)];
      return r * 2 * now + c;
    });
  }
  return places;
}
