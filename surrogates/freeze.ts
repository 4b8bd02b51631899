/**
 * From a training run to the file that is shipped.
 *
 * @module
 */

import {
  type Artifact,
  type ArtifactKind,
  keyText,
  type PriorSpec,
  type Provenance,
  type Spec,
} from "@likely/core";
import type { Trained } from "./train_options.ts";

/** What {@linkcode freeze} needs to know. */
export interface FreezeOptions {
  /** What the network's output means. */
  readonly kind: ArtifactKind;
  /** The prior that the data were simulated under. */
  readonly prior: PriorSpec;
  /** The simulator's name. */
  readonly simulator: string;
  /**
   * One name per number of a row of x; left out where the surrogate sees rows of another width, as single trials.
   *
   * @default {undefined} They have none.
   */
  readonly xNames?: readonly string[] | undefined;
  /**
   * Library versions by name.
   *
   * @default {{}}
   */
  readonly versions?: Readonly<Record<string, string>>;
  /**
   * What simulations that failed count as.
   *
   * @default {undefined} Nothing.
   */
  readonly failedAs?: string;
  /**
   * What network it is, and what it was chosen by.
   *
   * @default {undefined} Not told.
   */
  readonly network?: string;
  /**
   * How many rounds of simulations were made for which observation.
   *
   * @default {undefined} It is for any.
   */
  readonly rounds?: NonNullable<Provenance["rounds"]> | undefined;
  /**
   * What speaks against it.
   *
   * @default {[]}
   */
  readonly warnings?: readonly string[];
}

/**
 * Puts a trained network together with its prior and where it comes from.
 *
 * @param trained What `train` returned; its weights are shared, not copied.
 * @param options Meaning and provenance.
 * @returns The artifact.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initWeights, key, type NetworkSpec } from "@likely/core";
 * import { freeze } from "@likely/surrogates";
 *
 * const spec: NetworkSpec = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 1,
 *   trunk: { kind: "mlp", hidden: [4], activation: "silu" },
 *   head: { kind: "linear" },
 * };
 * const one = { mean: [0], std: [1] };
 * const artifact = freeze({
 *   spec,
 *   weights: initWeights(key(0), spec),
 *   scaling: { theta: one, x: one },
 *   loss: { name: "bce", options: {} },
 *   key: key(255),
 *   simulations: 1000,
 *   failed: 0,
 *   engine: "tfjs-cpu",
 *   history: { train: [0.6], validation: [0.5] },
 *   best: { loss: 0.5, epoch: 1 },
 *   epochs: 1,
 *   steps: 5,
 *   stopped: "maxEpochs",
 * }, {
 *   kind: "ratio",
 *   prior: { kind: "multivariate_normal", names: ["a"], mean: [0], covariance: [[1]] },
 *   simulator: "noise",
 * });
 * assertEquals(artifact.provenance.key, "00000000:000000ff");
 * ```
 */
export function freeze(trained: Trained, options: FreezeOptions): Artifact {
  const { spec, weights, scaling, key, simulations, trials, failed, loss, engine, history, best, epochs } =
    trained;
  const { kind, prior, simulator, xNames, versions = {}, failedAs, network, rounds, warnings = [] } = options;
  const said = [...absurdLoss(kind, spec, best.loss), ...warnings];
  return {
    kind,
    spec,
    weights,
    prior,
    scaling,
    provenance: {
      simulator,
      ...(xNames?.length === spec.xDim && { xNames }),
      simulations,
      ...(trials && { trials }),
      failed,
      ...(failedAs !== undefined && failed > 0 && { failedAs }),
      key: keyText(key),
      loss,
      // On how many threads it ran changes no bit, and is no part of what the artifact is.
      engine: engine.replace(/×\d+$/, ""),
      versions,
      ...(network !== undefined && { network }),
      ...(rounds && { rounds }),
      training: { loss: best.loss, epochs, history },
      ...(said.length > 0 && { warnings: said }),
    },
  };
}

/** Nats for each number of θ and x: what a density or a ratio that has learned anything stays far below. */
const ABSURD = 100;

/** A loss that says that nothing was learned, in nats; that of a cost is in the units of its distance. */
function absurdLoss(kind: FreezeOptions["kind"], { thetaDim, xDim }: Spec, loss: number): string[] {
  if (kind === "cost" || !(loss > ABSURD * (thetaDim + xDim))) return [];
  return [
    `The validation loss is ${
      loss.toPrecision(3)
    } nats, which means that training went astray and the surrogate ` +
    "has learned nothing: take a smaller learning rate",
  ];
}
