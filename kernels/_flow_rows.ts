// The rows `(target, context)` that all density estimators go through.

import type { Code } from "./_code.ts";
import type { Rows } from "./_layer.ts";
import { COPY_RUNS } from "./_opcodes.ts";

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
}

/** Behind their targets, the contexts of rows. */
export function contextOf({ rows, target, context }: FlowRows): Rows {
  return { at: rows.at + target * 4, width: context, ld: rows.ld };
}

/** The context of rows once more behind the targets of others. */
export function emitContext(code: Code, count: number, { rows, target, context }: FlowRows, to: Rows): void {
  const [from, place] = [rows, to].map(({ at }) => at + target * 4);
  code.emit(COPY_RUNS, count, 1, context, place!, to.ld * 4, 0, from!, rows.ld * 4, 0);
}
