// One training, or several of the same joined.

import { type Artifact, ensemble, foldIn, type Key, warningsOf } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import type { TrainOptions } from "@likely/surrogates";
import type { EnsemblePlan } from "./ensemble_plan.ts";

/** What every training can be told of members. */
type MembersOptions = EnsemblePlan & Pick<TrainOptions, "resume" | "signal">;

/** What every training makes. */
interface Trained {
  readonly artifact: Artifact;
  readonly warnings: readonly string[];
}

/** Trains once with the key, or `members` times with its children, one after another. */
export async function trainMembers<T extends Trained>(
  key: Key,
  options: MembersOptions,
  train: (key: Key) => Promise<T>,
): Promise<T> {
  requireMembers(options);
  const { members = 1, signal } = options;
  if (members === 1) return await train(key);
  const trained: T[] = [];
  while (trained.length < members && !(signal?.aborted && trained.length > 0)) {
    trained.push(await train(foldIn(key, trained.length)));
  }
  const artifact = ensemble(trained.map(({ artifact }) => artifact));
  return { ...trained[0]!, artifact, warnings: warningsOf(artifact) };
}

/** Requires a number of members, and a training that can be resumed if it is to be. */
export function requireMembers({ members = 1, resume }: MembersOptions): void {
  requireInteger("train an ensemble", "members", members, 1);
  if (members === 1 || !resume) return;
  throw new TypeError(
    "Cannot resume an ensemble as a checkpoint is of one training: train its members one by one and join them",
  );
}

/** The key that the first training has. */
export function keyOfFirst(key: Key, members: number): Key {
  return members === 1 ? key : foldIn(key, 0);
}
