/**
 * Samples into running sums.
 *
 * @module
 */

import { mergeColumn } from "./_merge_column.ts";
import type { LevelSamples } from "./level_samples.ts";
import type { LevelSums } from "./level_sums.ts";

// What survives of a batch, Y and P: one for all, as nothing runs in between.
let [corrections, fines] = [new Float64Array(0), new Float64Array(0)];

/**
 * Adds samples to sums, in place. Rows that are not finite are counted and left out, as pairs.
 *
 * @param sums What to add to.
 * @param samples Of the same level.
 * @throws {TypeError} If their lengths do not agree with `outputs` or each other, or a coarse half is
 * missing above level 0 or given at it.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { addSamples, levelSums } from "@likely/multilevel";
 *
 * const sums = levelSums(0, 1);
 * addSamples(sums, { fine: new Float64Array([1, NaN, 3]) });
 * assertEquals([sums.runs, sums.failed, sums.shift[0]! + sums.mean[0]!], [2, 1, 2]);
 * ```
 */
export function addSamples(sums: LevelSums, samples: LevelSamples): void {
  const { fine, coarse } = samples;
  const { outputs } = sums;
  requireSamples(sums, samples);
  if (corrections.length < fine.length) {
    [corrections, fines] = [new Float64Array(fine.length), new Float64Array(fine.length)];
  }
  const n = fine.length / outputs;
  const rows = coarse ? keepPairs(fine, coarse, outputs) : keepPairs(fine, NONE, outputs);
  sums.failed += n - rows;
  sums.cost += samples.cost ?? 0;
  for (let j = 0; j < outputs; j++) {
    mergeColumn(sums, j, corrections.subarray(j, rows * outputs));
    mergeColumn(sums, outputs + j, fines.subarray(j, rows * outputs));
  }
  keepSome(sums, rows);
  sums.runs += rows;
}

const NONE = new Float64Array(0);

/** Writes what is finite to the front of the scratch arrays; returns how many rows. */
function keepPairs(fine: Float64Array, coarse: Float64Array, outputs: number): number {
  const isPair = coarse.length > 0;
  let at = 0;
  for (let i = 0; i < fine.length; i += outputs) {
    let sign = 0;
    for (let j = 0; j < outputs; j++) {
      const value = fine[i + j]!;
      const correction = isPair ? value - coarse[i + j]! : value;
      fines[at + j] = value;
      corrections[at + j] = correction;
      // Zero for finite numbers, else NaN.
      sign += (value - value) + (correction - correction);
    }
    if (sign === 0) at += outputs;
  }
  return at / outputs;
}

function keepSome(sums: LevelSums, rows: number): void {
  const { kept, outputs, runs } = sums;
  for (let i = (sums.stride - runs % sums.stride) % sums.stride; i < rows; i += sums.stride) {
    if (sums.keptRows * outputs === kept.length) {
      sums.keptRows /= 2;
      sums.stride *= 2;
      for (let k = 0; k < sums.keptRows; k++) {
        kept.copyWithin(k * outputs, 2 * k * outputs, (2 * k + 1) * outputs);
      }
    }
    // The old stride may have led to a sample that the new one leaves out.
    if ((runs + i) % sums.stride !== 0) {
      i -= sums.stride / 2;
      continue;
    }
    for (let j = 0; j < outputs; j++) kept[sums.keptRows * outputs + j] = corrections[i * outputs + j]!;
    sums.keptRows++;
  }
}

function requireSamples({ level, outputs }: LevelSums, { fine, coarse }: LevelSamples): void {
  const action = `Cannot use samples of level ${level} as`;
  if (fine.length % outputs !== 0) {
    throw new TypeError(
      `${action} fine must have rows of length ${outputs}: current length is ${fine.length}`,
    );
  }
  if ((coarse === undefined) !== (level === 0)) {
    throw new TypeError(
      `${action} coarse must be ${level === 0 ? "absent" : "there"}: it is ${coarse ? "there" : "absent"}`,
    );
  }
  if (coarse && coarse.length !== fine.length) {
    throw new TypeError(
      `${action} coarse must have the length of fine, ${fine.length}: current length is ${coarse.length}`,
    );
  }
}
