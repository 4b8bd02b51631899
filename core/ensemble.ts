/**
 * Several trainings as one surrogate.
 *
 * @module
 */

import type { Artifact, Member, Provenance } from "./artifact.ts";
import { requireInteger } from "./_require.ts";
import type { Standardisation } from "./scaling.ts";

/**
 * Joins trainings into one surrogate, one file, one posterior. It is the mean of what its members
 * learned: of densities of θ, so that the posterior is their mixture; of likelihoods of every single x;
 * of ratios; of costs. What one member misses another covers, so that the mean is less often
 * overconfident; a mean of logarithms would be sharper than any member where they disagree.
 *
 * Source: Lakshminarayanan, Pritzel & Blundell (2017), https://arxiv.org/abs/1612.01474; for posteriors
 * Hermans et al. (2022), "A crisis in simulation-based inference?", https://arxiv.org/abs/2110.06581.
 *
 * @param artifacts Trainings of one kind under one prior, of one simulator; ensembles among them are
 * taken apart. Networks may differ. Weights are shared, not copied.
 * @returns The surrogate; the reference to training data is that of the first.
 * @throws {TypeError} If they are not of one kind, prior, simulator and width, of rounds for one observation,
 * or costs of one distance.
 * @throws {RangeError} If there is none.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ensemble, key, membersOf, nre, twoMoons } from "@likely/sbi";
 *
 * const options = { simulations: 300, maxEpochs: 1 };
 * const trainings = [await nre(key(0), twoMoons(), options), await nre(key(1), twoMoons(), options)];
 * const artifact = ensemble(trainings.map(({ artifact }) => artifact));
 * assertEquals(membersOf(artifact).length, 2);
 * ```
 */
export function ensemble(artifacts: readonly Artifact[]): Artifact {
  requireInteger("make an ensemble", "the number of artifacts", artifacts.length, 1);
  const [first, ...others] = artifacts.flatMap(membersOf) as [Artifact, ...Artifact[]];
  for (const other of others) requireAlike(first, other);
  if (others.length === 0) return first;
  return { ...first, others: others.map(memberOf) };
}

/**
 * Takes an ensemble apart.
 *
 * @param artifact Any surrogate.
 * @returns Its members, each a whole surrogate; itself, where it is no ensemble.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, ensemble, initWeights, key, membersOf } from "@likely/core";
 *
 * const spec = { kind: "maf", thetaDim: 1, xDim: 1, target: "theta", transforms: 1, hidden: [], activation: "tanh" } as const;
 * const provenance = { simulator: "none" };
 * const artifacts = [0, 1].map((seed) =>
 *   ({ kind: "posterior", spec, weights: initWeights(key(seed), spec), provenance }) as unknown as Artifact
 * );
 * assertEquals(membersOf(ensemble(artifacts)).map(({ weights }) => weights), artifacts.map(({ weights }) => weights));
 * ```
 */
export function membersOf(artifact: Artifact): Artifact[] {
  const { others = [], ...first } = artifact;
  const { kind, prior } = first;
  return [first, ...others.map((member) => ({ kind, prior, ...member }))];
}

/**
 * What speaks against a surrogate: the warnings of its training; of an ensemble those of all members.
 *
 * @param artifact Any surrogate.
 * @returns Sentences, each of them once.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, warningsOf } from "@likely/core";
 *
 * const artifact = { provenance: { simulator: "none", warnings: ["Few simulations"] } } as unknown as Artifact;
 * assertEquals(warningsOf({ ...artifact, others: [artifact] }), ["Few simulations"]);
 * ```
 */
export function warningsOf(artifact: Artifact): string[] {
  return [...new Set(membersOf(artifact).flatMap(({ provenance }) => provenance.warnings ?? []))];
}

function memberOf({ spec, weights, scaling, provenance }: Artifact): Member {
  return { spec, weights, scaling, provenance };
}

function requireAlike(first: Artifact, other: Artifact): void {
  const [expected, found] = [facts(first), facts(other)];
  for (const name of Object.keys(expected)) {
    if (expected[name] === found[name]) continue;
    throw new TypeError(
      `Cannot make an ensemble as all must have one ${name}, ${expected[name]}: current value is ${
        found[name]
      }`,
    );
  }
}

/** What all members have in common. */
function facts({ kind, spec, prior, scaling, provenance }: Artifact): Record<string, string> {
  return {
    kind,
    prior: JSON.stringify(prior),
    simulator: provenance.simulator,
    "width of theta and x": `${spec.thetaDim} and ${spec.xDim}`,
    // A probability and a density have no mean.
    ...(kind === "likelihood" && { "choice of whole numbers in x": wholeOf(scaling.x) }),
    "observation that its rounds were about": JSON.stringify(provenance.rounds?.observation ?? "none"),
    // Costs in other units have no mean.
    ...(kind === "cost" && { distance: distanceOf(provenance) }),
  };
}

function wholeOf({ mean, whole }: Standardisation): string {
  return mean.map((_, j) => whole?.[j] ? "whole" : "real").join(", ");
}

/** As the loss of a cost records it, without what else it records. */
function distanceOf({ loss: { options } }: Provenance): string {
  const { targetsPerRow: _, furtherTargets: __, failureCost: ___, unit: ____, ...distance } = options;
  return JSON.stringify(distance);
}
