// Shares of the warm-up at whose ends the scale of the target is learnt anew from the draws
// since the last one. Windows grow as draws get better; the rest settles the step size.
const ENDS = [0.1, 0.2, 0.4, 0.9];

/** Whether an adaptation window ends with this step, the first being step 0. */
export function endsWindow(step: number, warmup: number): boolean {
  return ENDS.some((share) => Math.floor(share * warmup) === step + 1);
}

/** Whether no adaptation window has ended before this step. */
export function isFirstWindow(step: number, warmup: number): boolean {
  return step < Math.floor(ENDS[0]! * warmup);
}
