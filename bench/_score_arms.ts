// The arms of the score bench: the same network and simulations, another loss.

import { type Dataset, type Loss, standardisation, type TrunkSpec } from "@likely/core";
import { bce, scoreAugmented, type ScoreAugmentedOptions, scoreScale } from "@likely/losses";

/** One way to train. */
export interface Arm {
  readonly title: string;
  /** Whether simulations need scores. */
  readonly hasScore: boolean;
  /** The loss, given what it is to learn from. */
  loss(dataset: Dataset): Loss;
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
  scoreBceStop: scored("score, stopped by cross-entropy alone", { judged: 0 }),
  scoreStop: scored("score, stopped by both alike", { judged: 1 }),
  scoreLossRatio: scored("score, weight by the ratio of losses", { weight: { rule: "loss_ratio" } }),
  scoreTanh: scored("score, tanh", {}, { activation: "tanh" }),
  scoreThree: scored("score, three networks", {}, { members: 3 }),
  bceThree: { ...PLAIN, title: "cross-entropy, three networks", members: 3 },
};
