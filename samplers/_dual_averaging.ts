import { log, pow } from "@likely/core/elementary";
/** Nesterov's dual averaging of a log step size, as Hoffman & Gelman (2014), sec. 3.2. */
export interface DualAveraging {
  /** Log of the step to explore with. */
  readonly logStep: number;
  /** Its weighted average: the log of the step to settle on. */
  readonly logMean: number;
  /** What steps are shrunk towards. */
  readonly anchor: number;
  /** Weighted mean shortfall in acceptance. */
  readonly shortfall: number;
  /** Updates so far. */
  readonly count: number;
}

/** Begins at a step; anchored at ten times of it, for too large a step is found out cheaply. */
export function startAveraging(step: number): DualAveraging {
  const logStep = log(step);
  return { logStep, logMean: logStep, anchor: logStep + log(10), shortfall: 0, count: 0 };
}

/** Learns from one acceptance probability. */
export function average(state: DualAveraging, acceptance: number, target: number): DualAveraging {
  const count = state.count + 1;
  const weight = 1 / (count + 10);
  const shortfall = (1 - weight) * state.shortfall + weight * (target - acceptance);
  const logStep = state.anchor - Math.sqrt(count) / 0.05 * shortfall;
  const rate = pow(count, -0.75);
  return { ...state, count, shortfall, logStep, logMean: rate * logStep + (1 - rate) * state.logMean };
}
