/**
 * Contrastive pairing: every x meets its own θ and the θ of other rows.
 *
 * @module
 */

import { requireInteger } from "./check.ts";
import type { Batch } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import { drawPermutation } from "./draw_permutation.ts";
import type { Key } from "./key.ts";
import { gatherRows, type Points, row } from "./points.ts";
import { type Stream, stream } from "./stream.ts";

/**
 * Pairs each x of a minibatch with `atoms` rows of θ: its own, then those of other rows.
 *
 * The rows are put on a circle in random order; the a-th θ of a row is that of its a-th
 * neighbour. So no row ever meets its own θ twice, the others are a uniform draw without
 * replacement, and every θ appears in every atom exactly once.
 *
 * Where simulations failed, the others must be draws from the prior all the same, and not from p(θ | it
 * succeeds): each of them is, as often as simulations fail, one of `data.failedTheta` instead. Then own pairs are
 * from p(θ, x | success) and foreign ones from p(θ) p(x | success), and their ratio is
 * `p(x, success | θ) / p(x, success)`, under which a posterior of the prior is exact.
 *
 * @param key The key to consume.
 * @param data Pairs (θ, x), and the θ that failed, if any.
 * @param rows `[n]`, the rows of the minibatch, all different.
 * @param atoms θ rows per x row, in [1, n].
 * @returns The minibatch; atom 0 is each row's own θ.
 * @throws {RangeError} If there are not enough rows for so many different θ.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key, pairWithOthers } from "@likely/core";
 *
 * const theta = fromRows([[1], [2]]);
 * const data = { theta, x: fromRows([[10], [20]]), failed: 0 };
 * const batch = pairWithOthers(key(0), data, new Uint32Array([0, 1]), 2);
 * assertEquals([...batch.theta.data], [1, 2, 2, 1]);
 * ```
 */
export function pairWithOthers(key: Key, data: Dataset, rows: Uint32Array, atoms: number): Batch {
  const n = rows.length;
  requireInteger(`pair ${n} rows with others`, "atoms", atoms, 1, n);
  const random = stream(key);
  const circle = drawPermutation(random, n);
  const partners = new Uint32Array(atoms * n);
  partners.set(rows);
  for (let a = 1; a < atoms; a++) {
    for (let k = 0; k < n; k++) partners[a * n + circle[k]!] = rows[circle[(k + a) % n]!]!;
  }
  const theta = gatherRows(data.theta, partners);
  const batch = { theta, x: gatherRows(data.x, rows), atoms };
  if (!data.failedTheta) {
    return { ...batch, source: { theta: data.theta, thetaRows: partners, x: data.x, xRows: rows } };
  }
  meetFailed(random, theta, n, data);
  return batch;
}

/** Puts failed θ in the place of others, from row `from` on, as often as simulations failed. */
function meetFailed(
  random: Stream,
  theta: Points,
  from: number,
  { theta: kept, failed, failedTheta }: Dataset,
) {
  const share = failed / (kept.n + failed);
  for (let i = from; i < theta.n; i++) {
    if (random.uniform() >= share) continue;
    row(theta, i).set(row(failedTheta!, Math.floor(random.uniform() * failedTheta!.n)));
  }
}
