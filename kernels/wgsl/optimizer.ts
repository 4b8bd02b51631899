// Gradient norm, in two turns, and Adam.

import { eachThread, type Kernel, type Words } from "./kernel.ts";
import { summing } from "./loss.ts";
import { SUM_ALL, SUMMERS } from "./sum.ts";

/** Numbers that one thread squares at least, and workgroups at most. */
const LEAST = 8;
const MOST = SUMMERS;

/** Numbers of scratch. */
export const PARTS_OF_NORM = MOST;

function parts(a: Words): number {
  return Math.max(1, Math.min(MOST, Math.ceil(a[1]! / (LEAST * SUMMERS))));
}

/** Sums of squares of parts of the gradient, to scratch. */
export const squares: Kernel = {
  args: "count g@ limit@ norm@ factor@",
  size: SUMMERS,
  outside: SUM_ALL,
  body: `
  var sum = 0.0;
  for (var k = i; k < count; k += boxes.x * ${SUMMERS}u) { sum += arena[g + k] * arena[g + k]; }
  sum = sumAll(lane, sum);
  if (lane == 0u) { scratch[group] = sum; }`,
  groups: parts,
};

/** Their sum's root, and by what the gradient is to be multiplied. */
export const norm: Kernel = summing(
  "count g@ limit@ norm@ factor@",
  `
  let parts = max(1u, min(${MOST}u, (count + ${LEAST * SUMMERS - 1}u) / ${LEAST * SUMMERS}u));
  var sum = 0.0;
  if (lane < parts) { sum = scratch[lane]; }
  let size = sqrt(sumAll(lane, sum));
  if (lane > 0u) { return; }
  arena[norm] = size;
  // By a comparison: without a limit it is the largest number, and its quotient may be none.
  var share = 1.0;
  if (size > arena[limit]) { share = arena[limit] / size; }
  arena[factor] = share;`,
);

export const adam = eachThread(
  "count w@ m@ v@ g@ rates@ factor@ average@",
  (a) => a[1]!,
  `
  let slope = arena[g + i] * arena[factor];
  let first = arena[m + i] * 0.9 + slope * ${Math.fround(1 - 0.9)};
  let second = arena[v + i] * 0.999 + slope * slope * ${Math.fround(1 - 0.999)};
  arena[m + i] = first;
  arena[v + i] = second;
  let root = sqrt(second * arena[rates + 2u]) + 1e-8;
  let next = arena[w + i] - first * arena[rates + 1u] / root * arena[rates];
  arena[w + i] = next;
  if (average > 0u) {
    arena[average + i] = arena[average + i] + (next - arena[average + i]) * arena[rates + 3u];
  }`,
  { of: "count" },
);
