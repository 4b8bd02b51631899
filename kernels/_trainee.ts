// What a training step needs of what it trains.

import type { Arena } from "./_arena.ts";
import type { Intake } from "./_host_rows.ts";
import type { LossProgram } from "./_loss_program.ts";
import type { Parameters } from "./_parameters.ts";
import type { StepOptions } from "./_step_program.ts";

/** What batches of a loss bring. */
export type LossTerms = Pick<LossProgram, "atoms" | "target" | "score">;

/** Something planned for training on batches of so many rows at most. */
export interface Trainee {
  readonly arena: Arena;
  readonly parameters: Parameters;
  /** Numbers of a step, see `_step_program.ts`. */
  readonly slots: number;
  /** Whether a step can do with some of the pairs. */
  readonly thins: boolean;
  /** 1/τ² of a score term, and the gradient without it; not read where there is none. */
  readonly scoreWeights: number;
  readonly apart: number;
  /** Where the program reads a batch. */
  readonly intake: Intake;
  /** The program of one call. */
  program(options: StepOptions): Int32Array;
}

/** Parts that outlive a change of the batch size: zeros, and the five runs of parameters. */
export const LASTING_PARTS = 6;
