// The classical fourth-order Runge–Kutta method with a fixed step.

import { type Points, row, zeros } from "@likely/core";

/** Writes d(state)/dt into `rate`. */
export type VectorField = (state: Float64Array, rate: Float64Array) => void;

/** How long and how finely to integrate. */
export interface Rk4Options {
  /** How many states to return. */
  readonly times: number;
  /**
   * Time from one returned state to the next.
   *
   * @default {1}
   */
  readonly spacing?: number;
  /** Steps from one returned time to the next. */
  readonly stepsPerTime: number;
}

/**
 * Integrates an autonomous system from time 0 and returns its state at one spacing, two, ….
 *
 * A fixed step makes the solution a smooth function of initial state and parameters, so a
 * system that carries its own sensitivities gives the exact derivative of what is returned.
 *
 * @returns `[times, initial.length]`.
 */
export function rk4(field: VectorField, initial: ArrayLike<number>, options: Rk4Options): Points {
  const { times, spacing = 1, stepsPerTime } = options;
  const state = Float64Array.from(initial);
  const out = zeros(times, state.length);
  const advance = stepper(field, state, spacing / stepsPerTime);
  for (let t = 0; t < times; t++) {
    for (let j = 0; j < stepsPerTime; j++) advance();
    row(out, t).set(state);
  }
  return out;
}

// Advances `state` in place by one step a call; the scratch is shared by all calls.
function stepper(field: VectorField, state: Float64Array, h: number): () => void {
  const d = state.length;
  const [k1, k2, k3, k4, at] = Array.from({ length: 5 }, () => new Float64Array(d)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const evaluate = (from: Float64Array, by: number, rate: Float64Array) => {
    for (let i = 0; i < d; i++) at[i] = state[i]! + by * from[i]!;
    field(at, rate);
  };
  return () => {
    field(state, k1);
    evaluate(k1, h / 2, k2);
    evaluate(k2, h / 2, k3);
    evaluate(k3, h, k4);
    for (let i = 0; i < d; i++) state[i]! += h / 6 * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!);
  };
}
