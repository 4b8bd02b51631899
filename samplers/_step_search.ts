import { exp, log } from "@likely/core/elementary";
import { drawNormal, type Evaluation, type Points, type Stream } from "@likely/core";
import { addScaled, addScaledTransposed } from "./_metric.ts";
import type { NutsChainState } from "./_nuts_chain_state.ts";

// From any sensible step, forty doublings reach any other; a flat density would never end.
const MAX_DOUBLINGS = 40;

/**
 * Doubles or halves one chain's step until the acceptance probability of one leapfrog step
 * crosses 0.8: Hoffman & Gelman (2014), algorithm 4, with Stan's number.
 *
 * A class: its two methods are called by the same loop as those of `NutsTree`.
 */
export class StepSearch {
  /** Whether the step is found. */
  done = false;
  /** The step so far. */
  logStep: number;
  readonly #from: NutsChainState;
  readonly #momentum: Float64Array;
  #half = new Float64Array(0);
  #direction = 0;
  #tries = 0;

  constructor(random: Stream, from: NutsChainState) {
    this.logStep = from.tuning.averaging.logMean;
    this.#from = from;
    this.#momentum = Float64Array.from(from.position, () => drawNormal(random));
  }

  /** Writes the point one step ahead to row `at`. */
  propose(out: Points, at: number): void {
    const { position, gradient, tuning } = this.#from;
    const size = exp(this.logStep);
    this.#half = this.#momentum.slice();
    addScaledTransposed(this.#half, size / 2, tuning.metric, gradient);
    const next = out.data.subarray(at * out.dim, (at + 1) * out.dim);
    next.set(position);
    addScaled(next, size, tuning.metric, this.#half);
  }

  /** Takes value and gradient of that point. */
  receive({ value, grad }: Evaluation, at: number): void {
    const { logDensity, position: { length: dim }, tuning } = this.#from;
    const gradient = grad!.subarray(at * dim, (at + 1) * dim);
    addScaledTransposed(this.#half, exp(this.logStep) / 2, tuning.metric, gradient);
    let gain = value[at]! - logDensity;
    for (let j = 0; j < dim; j++) gain += (this.#momentum[j]! ** 2 - this.#half[j]! ** 2) / 2;
    // NaN and −∞: there is no density that far away.
    const wanted = gain > log(0.8) ? 1 : -1;
    if (this.#direction === 0) this.#direction = wanted;
    this.done = this.#direction !== wanted || ++this.#tries === MAX_DOUBLINGS;
    if (this.#direction === wanted) this.logStep += wanted * Math.LN2;
  }
}
