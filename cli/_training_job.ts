// What `likely train` does, whatever the pairs are.

import type { Artifact, Key } from "@likely/core";
import type { RefreshOptions, SimulatedPairs, TrainOptions } from "@likely/sbi";
import type { RunIdentity } from "./_checkpoint_file.ts";

/** What is told of a run, and what it goes on from. */
export interface Watching
  extends Pick<TrainOptions, "resume" | "checkpointEvery" | "onCheckpoint" | "onProgress" | "signal"> {
  /** Which of the members. */
  readonly index: number;
  readonly onRefresh: NonNullable<RefreshOptions["onProgress"]>;
}

/** Data, and how they are trained on. */
export interface TrainingJob {
  /** What the data are: a run is resumed on the same ones only. */
  readonly data: RunIdentity;
  /** Data of the simulator that is learned, to compare members by. */
  readonly pairs: SimulatedPairs;
  train(key: Key, watching: Watching): Promise<{ readonly artifact: Artifact }>;
}
