// What more would bring, in words, beside what was trained.

import {
  type Artifact,
  type Dataset,
  type Engine,
  ensemble,
  type Key,
  membersOf,
  type Prior,
} from "@likely/core";
import { rowsDivided, type TrainOptions } from "@likely/surrogates";
import type { Division } from "./_half_rows.ts";
import { curveAdvice } from "./_curve_advice.ts";
import { defaultEngine } from "./default_engine.ts";
import { halfAdvice } from "./_half.ts";

/** What a recipe makes. */
interface Trained {
  readonly artifact: Artifact;
}

/** How it was made. */
interface Training extends Division {
  readonly half: boolean;
  /** Absent, where it is one that a file cannot hold. */
  readonly prior?: Prior | undefined;
  readonly dataset: Dataset;
  readonly engine?: Engine | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Trains once more, on other data, for some times as many epochs. */
  train(key: Key, dataset: Dataset, stretch: number): Promise<Trained>;
}

/** Adds advice to each member, by its learning curves; to the first by trainings on half, if wanted. */
export async function advised<T extends Trained>(key: Key, trained: T, training: Training): Promise<T> {
  const { half, engine = defaultEngine(), signal } = training;
  const [first, ...others] = membersOf(trained.artifact).map((member) => {
    const { history, loss } = member.provenance.training;
    return { member, byCurves: history ? curveAdvice(history, loss) : [] };
  });
  const { member, byCurves } = first!;
  const byHalf = half && !signal?.aborted
    ? await halfAdvice(key, member, {
      ...training,
      engine,
      train: async (...what) => (await training.train(...what)).artifact,
    })
    : undefined;
  // A training that was stopped tells nothing.
  const advice = byHalf && !signal?.aborted ? byHalf : byCurves;
  const all = others.map(({ member, byCurves }) => withAdvice(member, byCurves));
  return { ...trained, artifact: ensemble([withAdvice(member, advice), ...all]) };
}

/** The same, and what would help; of an ensemble its first member says so. */
export function withAdvice(artifact: Artifact, advice: readonly string[]): Artifact {
  return { ...artifact, provenance: { ...artifact.provenance, advice } };
}

/**
 * Options of a training on fewer rows, in batches that they fill, for some times as many epochs; nobody
 * watches it, and it begins at its beginning.
 */
export function shortened<T extends Partial<TrainOptions> & Schedule>(
  options: T,
  rows: number,
  stretch: number,
): T {
  const { resume: _, onCheckpoint: __, checkpointEvery: ___, onProgress: ____, ...rest } = options;
  const { batchSize, maxEpochs, patience } = options;
  return {
    ...rest as T,
    ...(batchSize !== undefined && { batchSize: Math.min(batchSize, rowsDivided(rows, options).trained) }),
    maxEpochs: stretch * maxEpochs,
    patience: stretch * patience,
  };
}

type Schedule = Required<Pick<TrainOptions, "maxEpochs" | "patience">>;
