import type { Rows } from "./_layer.ts";

/** Where an estimator reads and writes. */
export interface FlowRows {
  /** Standardised targets, and behind them in each row their context. Flows may write over targets. */
  readonly rows: Rows;
  /** The same row's adjoints. */
  readonly adjoint: Rows;
  /** D and C. */
  readonly target: number;
  readonly context: number;
  /** Address of the log densities: float64, one a row. */
  readonly values: number;
  /** Most rows. */
  readonly most: number;
  /** Scratch for packed adjoints, once its size is known. */
  readonly scratch: { readonly at: number };
}
