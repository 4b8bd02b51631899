/**
 * A loss on refreshed pairs.
 *
 * @module
 */

import { gatherRows, type Loss, split, stream } from "@likely/core";
import type { RefreshedPairs } from "./refresh_pairs.ts";

/**
 * Lets a ratio loss meet another θ of {@linkcode refreshPairs} whenever it meets an x: in every
 * minibatch each row takes one of its variants at random, with its score.
 *
 * The formula, and with it the best network, is the same; the rows set aside are other x. Whatever
 * else the loss does goes inside: `refreshed(scoreAugmented(bce(), …), pairs)`.
 *
 * @param loss A loss on pairs of θ with x: `bce()`, `nreC()`, `scoreAugmented(…)`, ….
 * @param pairs What {@linkcode refreshPairs} made of the very data that are trained on.
 * @returns The loss, under the same name.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { bce, refreshed } from "@likely/losses";
 *
 * const theta = fromRows([[1], [2], [1.5], [2.5]]);
 * const loss = refreshed(bce(), { theta, score: theta, variants: 2, acceptance: 1 });
 * const data = { theta: fromRows([[1], [2]]), x: fromRows([[10], [20]]), failed: 0 };
 * const batch = loss.assemble(key(0), data, new Uint32Array([1, 0]));
 * assertEquals(batch.x.data, new Float64Array([20, 10]));
 * assertEquals(Math.floor(batch.theta.data[0]!), 2);
 * ```
 */
export function refreshed(loss: Loss, pairs: RefreshedPairs): Loss {
  const { theta, score, variants } = pairs;
  return {
    ...loss,
    options: { ...loss.options, variants },
    assemble: (key, { x, failed, failedTheta }, rows) => {
      requireRowsOf(pairs, x.n);
      const [forVariants, forPairs] = split(key, 2);
      const random = stream(forVariants);
      const chosen = rows.map((row) => Math.floor(random.uniform() * variants) * x.n + row);
      const fresh = { theta: gatherRows(theta, chosen), score: gatherRows(score, chosen) };
      const share = rows.length / x.n;
      const data = {
        ...fresh,
        x: gatherRows(x, rows),
        // As rare among these rows as among all.
        failed: failed * share,
        ...(failedTheta && { failedTheta }),
      };
      return loss.assemble(forPairs, data, rows.map((_, i) => i));
    },
  };
}

function requireRowsOf({ theta, variants }: RefreshedPairs, n: number): void {
  if (theta.n === variants * n) return;
  throw new TypeError(
    `Cannot refresh pairs as there must be ${variants} for each of ${n} rows: current value is ${theta.n}`,
  );
}
