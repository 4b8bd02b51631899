// Where the parameters of the next round come from.

import {
  type Artifact,
  type Engine,
  gatherRows,
  type Key,
  type Points,
  points,
  type Prior,
} from "@likely/core";
import { posterior } from "@likely/posteriors/posterior";

/** Parameters to simulate, and what speaks against them. */
export interface Proposed {
  /** `[n, d]`. */
  readonly theta: Points;
  /** In words. */
  readonly warnings: readonly string[];
}

/** Proposes parameters, round after round. */
export interface Proposer extends Disposable {
  /** `n` rows, by what the round before has learned. */
  propose(key: Key, artifact: Artifact, n: number): Promise<Proposed>;
}

/** What proposers ask. */
export interface ProposerOptions {
  readonly engine: Engine;
  readonly prior: Prior;
}

/** What was learned at the observation, as it is: for likelihoods and ratios any proposals are right. */
export function posteriorProposer(x: Points, options: ProposerOptions): Proposer {
  return {
    propose: async (key, artifact, n) => {
      using given = await posterior(artifact, x, { ...options, sampler: "smc" });
      const { values, names } = await given.sample(key, n);
      const all = points(values, names.length);
      return { theta: gatherRows(all, Array.from({ length: n }, (_, i) => i)), warnings: [] };
    },
    [Symbol.dispose]: () => {},
  };
}
