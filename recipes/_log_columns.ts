import type { Support } from "@likely/core";

/**
 * By their lower end, which parameters are seen in logarithms. Those with a lower end and no upper
 * one are scales and rates; so are positive ones whose ends are a decade apart or more: to a
 * simulator a conductance of 0.1 is to 0.2 as 1 is to 2. A range from zero tells no scale.
 */
export function logColumns(support: Support): (number | null)[] {
  return support.map(({ low, high }) => {
    if (high === Infinity && low > -Infinity) return low;
    return low > 0 && high / low >= DECADE ? 0 : null;
  });
}

const DECADE = 10;
