// Logarithmic axes with round numbers.

import { extent } from "@likely/core";
import type { PlotSpec } from "./plot_spec.ts";

/** A logarithmic channel on the field `field` that holds all values, which are > 0. */
export function logChannel(field: string, values: readonly number[], axis: PlotSpec): PlotSpec {
  const [least, largest] = values.length > 0 ? extent(values) : [1, 1];
  const domain = [least / 1.6, 1.6 * largest] as const;
  return {
    field,
    type: "quantitative",
    scale: { type: "log", domain, nice: false },
    axis: { values: roundNumbers(domain), format: "~g", ...axis },
  };
}

// Powers of ten, at most about six; 1, 2, 5 within less than two decades.
function roundNumbers([low, high]: readonly [number, number]): number[] {
  const decades = Math.log10(high / low);
  const every = Math.ceil(decades / 6);
  const first = Math.floor(Math.log10(low) / every) * every;
  return Array.from({ length: Math.ceil(decades / every) + 2 }, (_, k) => first + every * k)
    .flatMap((power) => (decades < 2 ? [1, 2, 5] : [1]).map((factor) => Number(`${factor}e${power}`)))
    .filter((value) => value >= low && value <= high);
}
