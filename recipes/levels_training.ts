/**
 * How a surrogate is trained on levels, and what comes of it.
 *
 * @module
 */

import type {
  Artifact,
  Distance,
  EmbeddingSpec,
  Engine,
  LearningCurves,
  Rows,
  TrunkSpec,
} from "@likely/core";
import type { TrainOptions } from "@likely/surrogates";
import type { EnsemblePlan } from "./ensemble_plan.ts";
import type { EstimatorSpec } from "./density_estimator.ts";
import type { LevelsMethod, LevelsMode } from "./levels_mode.ts";
import type { XColumn } from "./x_column.ts";

/** Options of `trainLevels`: what is learned, how levels are used, and most of `train`'s. */
export interface TrainLevelsOptions extends
  EnsemblePlan,
  Pick<
    Partial<TrainOptions>,
    | "batchSize"
    | "learningRate"
    | "schedule"
    | "validationFraction"
    | "clipNorm"
    | "onProgress"
    | "onCheckpoint"
    | "checkpointEvery"
    | "resume"
    | "signal"
  > {
  /**
   * What is learned.
   *
   * @default {"npe"}
   */
  readonly method?: LevelsMethod;
  /**
   * How levels are used.
   *
   * @default {"control_variate"} The best of those that telescope: see the bench.
   */
  readonly mode?: LevelsMode;
  /**
   * Whether data of all levels are mapped to the units of the finest, see `alignLevels`.
   *
   * @default {true} But not for costs, which are in the unit of the data.
   */
  readonly align?: boolean;
  /**
   * Steps of training, at most; the rate falls to zero over them. Every step sees `batchSize` rows of every
   * part of the telescoping sum, pooled training as many in all.
   *
   * @default {1000} Or more: by `"fine"` 60 epochs, as by the recipes of one level, and by `"transfer"` as many;
   * 20 epochs of the levels below where training starts warm. More steps at a high rate leave more time for
   * pairs to be learned by heart.
   */
  readonly steps?: number;
  /**
   * Whether a telescoped training starts from a network that was trained on the rows of all levels but the
   * highest, as `"transfer"` does, and goes on at a tenth of the rate.
   *
   * @default {true} But for costs, `"weighted"`, whose weights do as much, and `"paper"`, which is as published.
   */
  readonly warmStart?: boolean;
  /**
   * Training stops where the mean loss of coarse halves departs from that of the level below by so many
   * standard errors: pairs are then learned by heart. `Infinity` never stops it.
   *
   * @default {5}
   */
  readonly memorised?: number;
  /** A density estimator, for `npe` and `nle`. @default {undefined} See `densityEstimator`. */
  readonly estimator?: EstimatorSpec;
  /** How the condition is embedded, for all but `ace`. @default {undefined} As by the recipes of one level. */
  readonly embedding?: EmbeddingSpec;
  /** The network, for `nre` and `ace`. @default {undefined} As by the recipes of one level. */
  readonly trunk?: TrunkSpec;
  /** What columns of x are, for `nle`; none may be categories. @default {undefined} What they seem to be. */
  readonly columns?: readonly XColumn[];
  /** What is expected, for `ace`. @default {mseDistance()} */
  readonly distance?: Distance;
  /** `[m, p]`: observations that will be asked about, for `ace`. @default {undefined} None. */
  readonly observations?: Rows;
  /** Who trains. @default {defaultEngine()} */
  readonly engine?: Engine;
}

/** A surrogate of the finest level, and how its training went. */
export interface TrainedLevels {
  /** The surrogate. */
  readonly artifact: Artifact;
  /** The telescoped loss epoch by epoch, and that of fine rows set aside. */
  readonly history: LearningCurves;
  /** What speaks against the surrogate; the artifact's provenance repeats it. */
  readonly warnings: readonly string[];
}
