/**
 * A trained surrogate as plain data: what is saved, shipped and compiled.
 *
 * @module
 */

import type { DataReference } from "./data_reference.ts";
import type { LearningCurves } from "./learning_curves.ts";
import type { PriorSpec } from "./prior.ts";
import type { Scaling } from "./scaling.ts";
import type { Spec } from "./spec.ts";
import type { Weights } from "./weights.ts";

/** What the network's output means. */
export type ArtifactKind = "ratio" | "likelihood" | "posterior" | "cost";

/** One training of several: what may differ from that of others. */
export type Member = Pick<Artifact, "spec" | "weights" | "scaling" | "provenance">;

/** A trained surrogate. */
export interface Artifact {
  /**
   * What the network's output means. A posterior's is a density of θ, and its `scaling.theta` names
   * the ends of the prior's support: the density is one of unconstrained θ, standardised.
   */
  readonly kind: ArtifactKind;
  /** The network. */
  readonly spec: Spec;
  /** Its weights, float32. */
  readonly weights: Weights;
  /** The prior it was trained under. */
  readonly prior: PriorSpec;
  /** Standardisation of θ and x, inside the surrogate. */
  readonly scaling: Scaling;
  /** Where it comes from. */
  readonly provenance: Provenance;
  /** What its training data looked like; without it observations are not checked. */
  readonly reference?: DataReference;
  /** Further trainings of the same; the surrogate is then the mean of all, see `ensemble`. */
  readonly others?: readonly Member[];
}

/** Where an artifact comes from. */
export interface Provenance {
  /** The simulator's name. */
  readonly simulator: string;
  /** One name per number of a row of x, where they have names. */
  readonly xNames?: readonly string[];
  /** Simulations trained on, failed ones not counted; 0 of a network that was trained elsewhere. */
  readonly simulations: number;
  /** Independent trials of each that were trained on, where it is not one. */
  readonly trials?: number;
  /** Simulations that failed and were left out. */
  readonly failed: number;
  /** What those that failed count as; absent: nothing. */
  readonly failedAs?: string;
  /** The seed of the run's key, as `"hi:lo"` in hexadecimal. */
  readonly key: string;
  /** The loss's name and options. */
  readonly loss: {
    readonly name: string;
    readonly options: Readonly<Record<string, number | string | boolean>>;
  };
  /** The engine that trained it. */
  readonly engine: string;
  /** Library versions by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What network it is, and what it was chosen by. */
  readonly network?: string;
  /** What would help, in sentences: more simulations, longer training, another network or method. */
  readonly advice?: readonly string[];
  /** How many rounds of simulations were made for which observation, `[m][p]`; absent: it is for any. */
  readonly rounds?: {
    readonly count: number;
    readonly observation: readonly (readonly number[])[];
  };
  /** How simulations of several levels were used, how many there were of each, and what they cost. */
  readonly levels?: {
    readonly mode: string;
    readonly counts: readonly number[];
    readonly cost: number;
  };
  /** Best validation loss, the epochs done, and how the losses went. */
  readonly training: {
    readonly loss: number;
    readonly epochs: number;
    readonly history?: LearningCurves;
  };
  /** What speaks against the surrogate, in sentences; absent: nothing that was looked for. */
  readonly warnings?: readonly string[];
}
