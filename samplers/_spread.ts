import { log } from "@likely/core/elementary";
import { inSupport, type LogDensity, type Points, type Support, unconstrain } from "@likely/core";

/** Shares of draws beyond one standard deviation of a normal distribution, below and above. */
const TAIL = 0.1587;

/**
 * `[dim]`: how far rows of θ spread in unconstrained space, to the nearest power of two, in which
 * multiplication is exact. Half the central 68 %, as a few far draws of a heavy tail say nothing
 * about the scale on which a posterior lives.
 */
export function spreadOf(theta: Points, support: Support): Float64Array {
  const { dim } = theta;
  const isInside = inSupport(support, theta);
  const inside = theta.data.filter((_, k) => isInside[Math.floor(k / dim)]);
  const { data, n } = unconstrain(support, { data: inside, n: inside.length / dim, dim });
  return Float64Array.from({ length: dim }, (_, j) => {
    const column = Float64Array.from({ length: n }, (_, i) => data[i * dim + j]!).sort();
    return powerOfTwo(widthOf(column));
  });
}

/** Of sorted numbers; that of what varies little where most are equal, and their size where all are. */
function widthOf(column: Float64Array): number {
  const at = (share: number) => column[Math.round(share * (column.length - 1))]!;
  return (at(1 - TAIL) - at(TAIL)) / 2 || (at(1) - at(0)) / 2 || Math.abs(at(0));
}

function powerOfTwo(width: number): number {
  const power = Math.round(log(width) / Math.LN2);
  // Squares of coordinates must stay numbers.
  return Number.isFinite(power) ? 2 ** Math.min(Math.max(power, -500), 500) : 1;
}

/** A target of z as one of `z / spread`. */
export function rescaled(target: LogDensity, spread: Float64Array): LogDensity {
  return {
    name: target.name,
    dim: target.dim,
    evaluate: (w, options) => {
      const { value, grad } = target.evaluate(spreadOut(w, spread), options);
      return grad ? { value, grad: times(grad, spread) } : { value };
    },
  };
}

/** `z / spread ↦ z`. */
export function spreadOut(w: Points, spread: Float64Array): Points {
  return { ...w, data: times(w.data, spread) };
}

/** `z ↦ z / spread`. */
export function drawIn(z: Points, spread: Float64Array): Points {
  return { ...z, data: times(z.data, spread.map((s) => 1 / s)) };
}

function times(data: Float64Array, factor: Float64Array): Float64Array {
  const out = new Float64Array(data.length);
  for (let k = 0; k < out.length; k++) out[k] = data[k]! * factor[k % factor.length]!;
  return out;
}
