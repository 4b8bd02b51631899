// Times of observation.

import { requirePositive } from "@likely/core/check";

/** Requires times > 0, each later than the one before. */
export function requireRising(action: string, times: readonly number[]): void {
  if (times.length === 0) {
    throw new RangeError(`Cannot ${action} as times must hold at least one: current value is empty`);
  }
  times.forEach((time, i) => {
    requirePositive(action, `time ${i}`, time);
    if (i === 0 || time > times[i - 1]!) return;
    throw new RangeError(`Cannot ${action} as times must rise: time ${i} is ${time} after ${times[i - 1]}`);
  });
}
