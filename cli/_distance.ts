// The distance of a cost, from the command line and the simulations.

import {
  type Distance,
  energyScore,
  fromRows,
  key,
  maeDistance,
  mmdDistance,
  mseDistance,
  type Points,
  row,
  standardisation,
} from "@likely/core";
import type { Arguments } from "./_options.ts";

/** Distances by name. */
export const DISTANCES = ["mse", "mae", "mmd", "energy_score"] as const;

/** Those between sets of elements. */
export const OF_SETS = ["mmd", "energy_score"] as const satisfies readonly (typeof DISTANCES[number])[];

/** A distance as asked for. */
export interface DistanceChoice {
  /** Its name. */
  readonly name: typeof DISTANCES[number];
  /** Numbers in one element, where it is between sets of them. */
  readonly element: number;
  /** Width of the kernel; undefined to take it from the simulations. */
  readonly bandwidth: number | undefined;
}

/** Reads the options of the distance. */
export function readDistance(args: Arguments): DistanceChoice {
  const name = args.choice("distance", DISTANCES) ?? "mse";
  const element = args.integer("element", 1);
  const needsElement = OF_SETS.some((one) => one === name);
  if (needsElement && element === undefined) {
    args.refuse(`--element is missing: --distance ${name} is between sets of elements`);
  }
  return { name, element: element ?? 1, bandwidth: args.positive("bandwidth") };
}

/** Builds the distance; what was left open is taken from the simulations. */
export async function buildDistance(
  { name, element, bandwidth }: DistanceChoice,
  x: Points,
): Promise<Distance> {
  switch (name) {
    case "mse":
      return mseDistance();
    case "mae":
      return maeDistance({ scale: standardisation(x).std });
    case "mmd":
      return mmdDistance({ element, bandwidth: bandwidth ?? await medianDistance(x, element) });
    case "energy_score":
      return energyScore({ element });
  }
}

/** Between the first elements of up to 500 simulations. */
async function medianDistance(x: Points, element: number): Promise<number> {
  const { mmd } = await import("@likely/sbi");
  const firsts = Array.from({ length: Math.min(500, x.n) }, (_, i) => row(x, i).subarray(0, element));
  const half = Math.ceil(firsts.length / 2);
  const [one, other] = [fromRows(firsts.slice(0, half)), fromRows(firsts.slice(half))];
  // The usual width of that test, of both samples together; nothing is permuted, so no key is used.
  return mmd(key(0), one, other, { permutations: 0 }).bandwidth;
}
