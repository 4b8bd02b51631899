import { exp } from "@likely/core/elementary";
import { type Evaluation, foldIn, type Key, type Points, stream } from "@likely/core";
import { average, startAveraging } from "./_dual_averaging.ts";
import { metricFrom } from "./_metric.ts";
import { addRows, noMoments } from "./_moments.ts";
import type { NutsTree } from "./_nuts_tree.ts";
import type { NutsTuning } from "./_nuts_tuning.ts";
import type { NutsChainState } from "./_nuts_chain_state.ts";
import type { Walker } from "./_run_ahead.ts";
import type { WarmupPlan } from "./_stan_windows.ts";
import { StepSearch } from "./_step_search.ts";

/** What all chains have in common. */
export interface NutsSettings {
  /** Steps of warm-up. */
  readonly warmup: number;
  /** What they learn. */
  readonly plan: WarmupPlan;
  /** What the step size aims at. */
  readonly targetAcceptance: number;
}

/**
 * One chain of NUTS: a search for the step size where one is due, then a trajectory, then what
 * there is to learn from it.
 *
 * A class: its methods are called for every leapfrog step.
 */
export class NutsChain implements Walker<NutsChainState> {
  readonly #chain: number;
  readonly #settings: NutsSettings;
  readonly #tree: NutsTree;
  #state: NutsChainState;
  #key: Key = { hi: 0, lo: 0 };
  #search: StepSearch | undefined;

  constructor(
    chain: number,
    { state, tree }: { readonly state: NutsChainState; readonly tree: NutsTree },
    settings: NutsSettings,
  ) {
    this.#chain = chain;
    this.#state = state;
    this.#settings = settings;
    this.#tree = tree;
  }

  begin(key: Key): void {
    this.#key = key;
    if (!this.#state.tuning.isSearching) return this.#grow();
    this.#search = new StepSearch(this.#randomOf(0), this.#state);
  }

  propose(out: Points, first: number): number {
    (this.#search ?? this.#tree).propose(out, first);
    return first + 1;
  }

  receive(evaluation: Evaluation, first: number): number {
    (this.#search ?? this.#tree).receive(evaluation, first);
    if (this.#search?.done) {
      const averaging = startAveraging(exp(this.#search.logStep));
      this.#state = { ...this.#state, tuning: { ...this.#state.tuning, averaging, isSearching: false } };
      this.#search = undefined;
      this.#grow();
    }
    return first + 1;
  }

  result(): NutsChainState | undefined {
    if (this.#search || !this.#tree.done) return undefined;
    const { depth, acceptance, diverged, logDensity } = this.#tree;
    const moved = {
      position: this.#tree.position.slice(),
      logDensity,
      gradient: this.#tree.gradient.slice(),
      steps: this.#state.steps + 1,
      tuning: this.#state.tuning,
      depth,
      acceptance,
      diverged,
    };
    this.#state = { ...moved, tuning: learnt(moved, this.#settings) };
    return this.#state;
  }

  #grow(): void {
    const { tuning: { averaging, metric }, steps } = this.#state;
    const size = exp(steps < this.#settings.warmup ? averaging.logStep : averaging.logMean);
    this.#tree.begin(this.#randomOf(1), this.#state, { size, metric });
  }

  /** Every transition has two sources of randomness: the search's and the trajectory's. */
  #randomOf(purpose: 0 | 1) {
    return stream(foldIn(foldIn(this.#key, purpose), this.#chain));
  }
}

/** Learns from the last trajectory, during warm-up. */
function learnt(
  { tuning, steps, acceptance, position }: NutsChainState,
  { warmup, plan, targetAcceptance }: NutsSettings,
): NutsTuning {
  const step = steps - 1;
  if (step >= warmup) return tuning;
  const averaging = average(tuning.averaging, acceptance, targetAcceptance);
  if (!plan.gathers(step)) return { ...tuning, averaging };
  const dim = position.length;
  const moments = addRows(tuning.moments, { data: position, n: 1, dim });
  if (!plan.endsWindow(step)) return { ...tuning, averaging, moments };
  return {
    metric: metricFrom(moments, tuning.metric),
    averaging: startAveraging(exp(averaging.logMean)),
    moments: noMoments(dim, moments.kind),
    isSearching: true,
  };
}
