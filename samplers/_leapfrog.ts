import type { LogDensity, Points } from "@likely/core";

/** A point in phase space for every chain. */
export interface Phase {
  /** `[chains, dim]`. */
  readonly position: Points;
  /** `[chains]`, in nats. */
  readonly logDensity: Float64Array;
  /** `[chains, dim]`. */
  readonly gradient: Float64Array;
  /** `[chains, dim]`, in scaled coordinates: standard normal a priori. */
  readonly momentum: Float64Array;
}

/** How to follow a path. */
export interface Path {
  /** Step size in scaled coordinates. */
  readonly size: number;
  /** Leapfrog steps, ≥ 1. */
  readonly steps: number;
  /** `[dim]`: units of the scaled coordinates. */
  readonly scale: Float64Array;
}

/** Follows the Hamiltonian flow of all chains; one call of `evaluate` a step. */
export function leapfrog(target: LogDensity, from: Phase, { size, steps, scale }: Path): Phase {
  const { n, dim } = from.position;
  const x = from.position.data.slice();
  const momentum = from.momentum.slice();
  let { logDensity, gradient } = from;
  kick(momentum, gradient, scale, size / 2);
  for (let step = 1; step <= steps; step++) {
    for (let i = 0; i < x.length; i++) x[i]! += size * scale[i % dim]! * momentum[i]!;
    const { value, grad } = target.evaluate({ data: x, n, dim });
    logDensity = value;
    gradient = grad!;
    kick(momentum, gradient, scale, step < steps ? size : size / 2);
  }
  return { position: { data: x, n, dim }, logDensity, gradient, momentum };
}

function kick(momentum: Float64Array, gradient: Float64Array, scale: Float64Array, size: number): void {
  for (let i = 0; i < momentum.length; i++) {
    momentum[i]! += size * scale[i % scale.length]! * gradient[i]!;
  }
}
