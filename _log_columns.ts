import type { Support } from "@likely/core";

/** Parameters with a lower end and no upper one are scales and rates: seen in logarithms. */
export function logColumns(support: Support): (number | null)[] {
  return support.map(({ low, high }) => low > -Infinity && high === Infinity ? low : null);
}
