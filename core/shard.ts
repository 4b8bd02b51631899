/**
 * A part of a run that one machine makes.
 *
 * @module
 */

/**
 * Every `of`-th chunk of a run, from chunk `index` on. Chunks are dealt out in turns and not in blocks, so
 * that shards are alike where rows are in an order (a grid, a table), and those that have come so far cover
 * all of it.
 */
export interface Shard {
  /** From 0 to `of` − 1. */
  readonly index: number;
  /** How many shards there are. */
  readonly of: number;
}
