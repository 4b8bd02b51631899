// One training, or several of the same joined.

import { type Artifact, ensemble, foldIn, type Key } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import type { TrainOptions } from "@likely/surrogates";
import type { EnsemblePlan } from "./ensemble_plan.ts";

/** What every training can be told of members. */
type MembersOptions = EnsemblePlan & Pick<TrainOptions, "resume" | "signal">;

/** Trains once with the key, or `members` times with its children, one after another. */
export async function trainMembers<T extends { readonly artifact: Artifact }>(
  key: Key,
  { members = 1, resume, signal }: MembersOptions,
  train: (key: Key) => Promise<T>,
): Promise<T> {
  requireInteger("train an ensemble", "members", members, 1);
  if (members === 1) return await train(key);
  if (resume) {
    throw new TypeError(
      "Cannot resume an ensemble as a checkpoint is of one training: train its members one by one and join them",
    );
  }
  const trained: T[] = [];
  while (trained.length < members && !(signal?.aborted && trained.length > 0)) {
    trained.push(await train(foldIn(key, trained.length)));
  }
  return { ...trained[0]!, artifact: ensemble(trained.map(({ artifact }) => artifact)) };
}

/** The key that the first training has. */
export function keyOfFirst(key: Key, members: number): Key {
  return members === 1 ? key : foldIn(key, 0);
}
