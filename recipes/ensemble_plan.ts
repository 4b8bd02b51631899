/**
 * How many times a surrogate is trained.
 *
 * @module
 */

/** One training, or several that are joined. */
export interface EnsemblePlan {
  /**
   * Trainings on the same data from different starts, joined by `ensemble`. Five take five times as long,
   * and their mean is closer to the truth and less often overconfident than one. Learning curves returned
   * are those of the first; all are in the artifact. One that was interrupted cannot be resumed as a whole.
   *
   * @default {1}
   */
  readonly members?: number;
}
