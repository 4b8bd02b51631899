import type { Piece } from "./_stack.ts";
import type { Rows } from "./_layer.ts";

/** An embedding: a piece, and where the standardised x goes. */
export interface Embedding extends Piece {
  /** One x row is `perRow` of these rows. */
  readonly input: Rows;
  readonly perRow: number;
  /** The adjoint of that, where it is asked for. */
  readonly inputAdjoint?: Rows | undefined;
}
