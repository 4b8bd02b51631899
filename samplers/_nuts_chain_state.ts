import type { NutsTuning } from "./_nuts_tuning.ts";

/** Where one chain is. */
export interface NutsChainState {
  /** `[dim]`. */
  readonly position: Float64Array;
  /** In nats. */
  readonly logDensity: number;
  /** `[dim]`. */
  readonly gradient: Float64Array;
  /** Transitions so far. */
  readonly steps: number;
  /** What it has learnt. */
  readonly tuning: NutsTuning;
  /** Doublings of the last trajectory. */
  readonly depth: number;
  /** Its mean acceptance probability. */
  readonly acceptance: number;
  /** Whether it lost its energy. */
  readonly diverged: boolean;
}
