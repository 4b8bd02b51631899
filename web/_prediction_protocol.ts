// What the page and the worker that simulates from draws tell each other.

import type { KnownTask } from "./_known_tasks.ts";

/** Draws to simulate from. Whatever comes later overtakes what came before. */
export interface PredictionAsked {
  readonly id: number;
  readonly task: KnownTask;
  readonly names: readonly string[];
  /** `[n, d]`, row-major. */
  readonly theta: Float64Array;
  /** Numbers of x, as the surrogate has them. */
  readonly width: number;
  readonly seed: number;
}

/** What came of it. */
export type PredictionSaid =
  | {
    readonly kind: "predicted";
    readonly id: number;
    /** `[p]`. */
    readonly bands: readonly Band[];
    /** Simulations that did not fail. */
    readonly simulations: number;
  }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

/** Quantiles of a column of x. */
export interface Band {
  readonly q5: number;
  readonly q25: number;
  readonly q50: number;
  readonly q75: number;
  readonly q95: number;
}
