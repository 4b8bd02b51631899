// A posterior by weighted proposals, and by chains where these cannot be trusted.

import {
  type Draws,
  type LogDensity,
  type Points,
  type Posterior,
  posteriorDensity,
  split,
} from "@likely/core";
import { proposedDraws, type Proposing } from "./_proposed_draws.ts";

/** What the posterior is made of, beside its fit. */
export interface ProposedPosteriorOptions extends Proposing {
  readonly beta: number;
  /** What warns of draws, as of those of chains. */
  readonly warn?: (draws: Draws) => readonly string[];
}

/**
 * The posterior by adaptive importance; where its weights say that they cannot be trusted, what `chains` gives
 * from where the weight is.
 */
export function proposedPosterior(
  fit: LogDensity,
  { beta, warn, ...proposing }: ProposedPosteriorOptions,
  chains: { readonly count: number; readonly from: (position: Points) => Posterior },
): Posterior {
  const target = posteriorDensity(proposing.prior, fit, { beta });
  return {
    sample: async (key, n) => {
      const [forProposals, forChains] = split(key, 2);
      const { draws, kHat, rows } = await proposedDraws(forProposals, n, target, proposing);
      if (draws) return { ...draws, warnings: warn?.(draws) ?? [] };
      const drawn = await chains.from(rows(chains.count)).sample(forChains, n);
      return { ...drawn, info: { ...drawn.info, kHat } };
    },
    logDensity: (theta) => target.evaluate(theta).value,
  };
}
