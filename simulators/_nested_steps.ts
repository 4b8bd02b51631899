// Numbers of steps of grids of time that refine one another.

import { requireInteger } from "@likely/core/check";

/** Requires two or more whole numbers ≥ 1 that rise, and where `nested`, each a multiple of the one before. */
export function requireSteps(action: string, steps: readonly number[], nested: boolean): void {
  if (steps.length < 2) {
    throw new RangeError(
      `Cannot ${action} as steps must name two levels at least: current number is ${steps.length}`,
    );
  }
  steps.forEach((value, l) => {
    requireInteger(action, "steps", value, 1);
    const below = steps[l - 1] ?? 0;
    if (value <= below) {
      throw new RangeError(`Cannot ${action} as steps must rise: ${value} comes after ${below}`);
    }
    if (nested && l > 0 && value % below > 0) {
      throw new RangeError(
        `Cannot ${action} as steps must be multiples of those of the level below: ${value} comes after ${below}`,
      );
    }
  });
}
