import { drawPermutation, foldIn, type Key, stream } from "@likely/core";

/** Rows of a dataset, apart. */
export interface SplitRows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** Sets some of n rows aside at random, in runs of `trials` that belong together. */
export function splitRows(key: Key, n: number, held: number, trials = 1): SplitRows {
  const order = drawPermutation(stream(key), n / trials);
  const rows = Uint32Array.from(
    { length: n },
    (_, k) => order[Math.floor(k / trials)]! * trials + k % trials,
  );
  return { train: rows.slice(held), validation: rows.slice(0, held) };
}

/**
 * The minibatches of one epoch: the rows in an order of their own, cut into whole batches.
 * What is left over waits for the next epoch's order.
 */
export function minibatches(key: Key, rows: Uint32Array, batchSize: number): Uint32Array[] {
  const order = drawPermutation(stream(key), rows.length).map((k) => rows[k]!);
  return Array.from(
    { length: Math.floor(rows.length / batchSize) },
    (_, i) => order.subarray(i * batchSize, (i + 1) * batchSize),
  );
}

/**
 * Cuts rows into pieces of about `size` that differ by one row at most, none left out and none smaller
 * than `fewest`, where there are as many rows.
 */
export function pieces(rows: Uint32Array, size: number, fewest = 1): Uint32Array[] {
  const count = Math.max(1, Math.min(Math.ceil(rows.length / size), Math.floor(rows.length / fewest)));
  return Array.from(
    { length: count },
    (_, i) => rows.subarray(Math.floor(i * rows.length / count), Math.floor((i + 1) * rows.length / count)),
  );
}

/** The keys of one training run; those of epochs and batches are derived by number. */
export function batchKey(pairs: Key, epoch: number, batch: number): Key {
  return foldIn(foldIn(pairs, epoch), batch);
}
