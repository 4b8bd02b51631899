// The arms of the score bench: the same network and simulations, another loss.

import { type Dataset, type EmbeddingSpec, type Loss, standardisation, type TrunkSpec } from "@likely/core";
import { bce, scoreAugmented, type ScoreAugmentedOptions, scoreScale } from "@likely/losses";
import { type RefreshOptions, wideEmbedding } from "@likely/sbi";
import type { ScoreCase } from "./_score_cases.ts";

/** One way to train. */
export interface Arm {
  readonly title: string;
  /** Whether simulations need scores. */
  readonly hasScore: boolean;
  /** The loss, given what it is to learn from. */
  loss(dataset: Dataset): Loss;
  /**
   * Whether every x meets further θ of its own posterior, and how many.
   *
   * @default {undefined} No.
   */
  readonly refresh?: RefreshOptions;
  /**
   * How x is embedded before θ joins it, in cases that do not embed it in a way of their own; one
   * hidden layer less comes after.
   *
   * @default {undefined} Not at all.
   */
  readonly embedding?: EmbeddingSpec;
  /**
   * Networks trained alike from different keys, whose outputs are averaged.
   *
   * @default {1}
   */
  readonly members?: number;
  /**
   * Activation of the trunk.
   *
   * @default {"silu"}
   */
  readonly activation?: TrunkSpec["activation"];
}

const LATE = wideEmbedding();

/** The network of a case, or that of an arm which lets θ join later. */
export function networkOf(
  { trunk, embedding }: ScoreCase,
  arm: Pick<Arm, "embedding">,
): Pick<ScoreCase, "trunk" | "embedding"> {
  if (embedding || !arm.embedding || trunk.kind !== "mlp") return { trunk, ...(embedding && { embedding }) };
  return { trunk: { ...trunk, hidden: trunk.hidden.slice(1) }, embedding: arm.embedding };
}

const PLAIN: Arm = { title: "cross-entropy", hasScore: false, loss: () => bce() };

function scored(title: string, options: Partial<ScoreAugmentedOptions> = {}, arm: Partial<Arm> = {}): Arm {
  const loss = (dataset: Dataset) =>
    scoreAugmented(bce(), { scale: scoreScale(dataset, standardisation(dataset.theta)), ...options });
  return { title, hasScore: true, loss, ...arm };
}

/** By name: the two that are compared first, then what else was tried. */
export const ARMS: Readonly<Record<string, Arm>> = {
  bce: PLAIN,
  score: scored("score"),
  scoreQuarter: scored("score, a quarter of its rows", { fraction: 0.25 }),
  refresh: { ...PLAIN, title: "cross-entropy, refreshed", hasScore: true, refresh: {} },
  refreshScore: scored("score, refreshed", {}, { refresh: {} }),
  bceLate: { ...PLAIN, title: "cross-entropy, late θ", embedding: LATE },
  bceLateThree: { ...PLAIN, title: "cross-entropy, late θ, three networks", members: 3, embedding: LATE },
  scoreLate: scored("score, late θ", {}, { embedding: LATE }),
  scoreLateQuarter: scored("score, late θ, a quarter of its rows", { fraction: 0.25 }, { embedding: LATE }),
  scoreLateBceStop: scored("score, late θ, stopped by cross-entropy alone", { judged: 0 }, {
    embedding: LATE,
  }),
  scoreLateStop: scored("score, late θ, stopped by both alike", { judged: 1 }, { embedding: LATE }),
  scoreLateLossRatio: scored(
    "score, late θ, weight by the ratio of losses",
    { weight: { rule: "loss_ratio" } },
    { embedding: LATE },
  ),
  scoreLateTanh: scored("score, late θ, tanh", {}, { activation: "tanh", embedding: LATE }),
  scoreLateThree: scored("score, late θ, three networks", {}, { members: 3, embedding: LATE }),
  refreshLate: {
    ...PLAIN,
    title: "cross-entropy, refreshed, late θ",
    hasScore: true,
    refresh: {},
    embedding: LATE,
  },
  refreshScoreLate: scored("score, refreshed, late θ", {}, { refresh: {}, embedding: LATE }),
  refreshQuarterLate: scored("a quarter of the scores, refreshed, late θ", { fraction: 0.25 }, {
    refresh: {},
    embedding: LATE,
  }),
};
