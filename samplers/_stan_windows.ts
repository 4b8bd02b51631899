// The warm-up of Stan: a fast start, slow windows of doubling length, a fast end.

/** Which warm-up steps learn what. */
export interface WarmupPlan {
  /** Whether draws of this step count towards the metric. */
  gathers(step: number): boolean;
  /** Whether the metric is learnt at the end of this step. */
  endsWindow(step: number): boolean;
}

/**
 * 75 steps for the step size alone, windows of 25, 50, 100, … in which the metric is learnt,
 * 50 steps for the last step size; 15 %, 75 % and 10 % where there are fewer than 150 steps,
 * and no metric at all below 20. The last window takes what would be too short for one more.
 */
export function stanWindows(warmup: number): WarmupPlan {
  if (warmup < 20) return { gathers: () => false, endsWindow: () => false };
  const isShort = warmup < 150;
  const first = isShort ? Math.floor(0.15 * warmup) : 75;
  const last = warmup - (isShort ? Math.floor(0.1 * warmup) : 50);
  const ends = new Set<number>();
  let size = isShort ? last - first : 25;
  for (let end = first + size; end < last; end += size) {
    // The window after this one is twice as long; if it does not fit, this one is the last.
    if (end + 2 * size > last) break;
    ends.add(end - 1);
    size *= 2;
  }
  ends.add(last - 1);
  return { gathers: (step) => step >= first && step < last, endsWindow: (step) => ends.has(step) };
}
