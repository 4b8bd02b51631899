/**
 * Distances as plain data, and back.
 *
 * @module
 */

import type { Distance } from "./distance.ts";
import { energyScore } from "./energy_score.ts";
import { maeDistance } from "./mae_distance.ts";
import { mmdDistance, type MmdDistanceOptions } from "./mmd_distance.ts";
import { mseDistance } from "./mse_distance.ts";

/** A distance as it stands in a cost surrogate's provenance: its name, and its options beside. */
export type DistanceRecord = Readonly<Record<string, number | string | boolean>>;

/**
 * Brings a distance back from the loss options of a cost surrogate,
 * `artifact.provenance.loss.options`: what its values and its β are measured in.
 *
 * @param record `distance` is the name; the distance's own options have its name before a dot,
 * as in `"mae.scale0"`. Other entries are passed over.
 * @returns The distance.
 * @throws {TypeError} If there is none, or it is the user's own.
 * @throws {RangeError} If an option is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { distanceFrom, distanceRecord, maeDistance } from "@likely/core";
 *
 * const distance = maeDistance({ scale: [1, 2] });
 * assertEquals(distanceFrom(distanceRecord(distance)).options, distance.options);
 * ```
 */
export function distanceFrom(record: DistanceRecord): Distance {
  const name = record.distance;
  const own = Object.fromEntries(
    Object.entries(record).filter(([key]) => key.startsWith(`${name}.`)).map((
      [key, value],
    ) => [key.slice(`${name}.`.length), value]),
  );
  switch (name) {
    case "mse":
      return mseDistance();
    case "mae":
      return maeDistance({ scale: Object.values(own).map(Number) });
    case "mmd":
      return mmdDistance(own as unknown as MmdDistanceOptions);
    case "energy_score":
      return energyScore({ element: Number(own.element) });
  }
  throw new TypeError(
    "Cannot bring back a distance as it must be mse, mae, mmd or energy_score " +
      `(pass one of your own beside its surrogate): current value is ${name}`,
  );
}

/**
 * Writes a distance as plain data.
 *
 * @param distance The distance.
 * @returns What {@linkcode distanceFrom} reads.
 */
export function distanceRecord(distance: Distance): DistanceRecord {
  const { name, options } = distance;
  return {
    distance: name,
    ...Object.fromEntries(Object.entries(options).map(([key, value]) => [`${name}.${key}`, value])),
  };
}
