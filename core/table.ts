/**
 * A table of numbers, whatever file it was in.
 *
 * @module
 */

import type { Points } from "./points.ts";

/** Rows of numbers whose columns may have names. */
export interface Table {
  /** One name per column; empty where the file has none. */
  readonly names: readonly string[];
  /** `[n, p]`; NaN where there is no number. */
  readonly rows: Points;
  /**
   * Whether the file held a list of numbers, without columns, which are rows of one: they may be meant as
   * one row.
   *
   * @default {false}
   */
  readonly isList?: boolean;
}
