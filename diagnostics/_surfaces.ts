// What the functions of a surface share.

import type { LogDensity, Points } from "@likely/core";
import { requireLength } from "@likely/core/check";
import type { Surface, SurfaceAxis } from "./surface.ts";

/** From `[m, d]` rows of θ to `[m]` nats. */
export type Evaluate = (theta: Points) => Float64Array;

/** A density of `d` parameters, for one observation, as a function of θ alone. */
export function evaluatorOf(
  action: string,
  logDensity: LogDensity | Evaluate,
  { d, observation }: { readonly d: number; readonly observation: number },
): Evaluate {
  if (typeof logDensity === "function") return logDensity;
  requireLength(action, "a point of the density", logDensity.dim, d);
  return (theta) => {
    const chains = new Int32Array(theta.n).fill(observation);
    return logDensity.evaluate(theta, { gradient: false, chains }).value;
  };
}

/** Index of the largest value, and the value. */
export function highest(values: Float64Array): { readonly index: number; readonly value: number } {
  let index = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[index]!) index = k;
  return { index, value: values[index]! };
}

/** Log probabilities of the cells: the values less the log of the sum of their exponentials. */
export function normalise(action: string, values: Float64Array): Float64Array {
  const { value: top } = highest(values);
  if (!Number.isFinite(top)) {
    throw new RangeError(`Cannot ${action} as the highest value must be finite: current value is ${top}`);
  }
  const logTotal = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return values.map((value) => value - logTotal);
}

/** The width of a cell along an axis. */
export function widthOf({ low, high, cells }: SurfaceAxis): number {
  return (high - low) / cells;
}

/** Requires two surfaces on one grid. */
export function requireSameGrid(action: string, a: Surface, b: Surface): void {
  const [first, second] = [a, b].map(({ axes }) =>
    JSON.stringify(axes.map(({ low, high, cells }) => [low, high, cells]))
  );
  if (first === second) return;
  throw new TypeError(
    `Cannot ${action} as both surfaces must have one grid: current values are ${first} and ${second}`,
  );
}
