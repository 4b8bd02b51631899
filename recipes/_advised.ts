// What more would bring, in words, beside what was trained.

import {
  type Artifact,
  type Dataset,
  type Engine,
  ensemble,
  type Key,
  type LearningCurves,
  membersOf,
} from "@likely/core";
import type { TrainOptions } from "@likely/surrogates";
import { curveAdvice } from "./_curve_advice.ts";
import { defaultEngine } from "./default_engine.ts";
import { halfAdvice } from "./_half.ts";

/** What a recipe makes. */
interface Trained {
  readonly artifact: Artifact;
  readonly history: LearningCurves;
}

/** How it was made. */
interface Training {
  readonly half: boolean;
  readonly dataset: Dataset;
  readonly engine?: Engine | undefined;
  readonly validationFraction?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Trains once more, on other data, for some times as many epochs. */
  train(key: Key, dataset: Dataset, stretch: number): Promise<Trained>;
}

/** Adds advice to each member, by its learning curves; to the first by trainings on half, if wanted. */
export async function advised<T extends Trained>(key: Key, trained: T, training: Training): Promise<T> {
  const { half, dataset, engine = defaultEngine(), validationFraction, signal } = training;
  const [first, ...others] = membersOf(trained.artifact).map((member) => {
    const { history, loss } = member.provenance.training;
    return { member, byCurves: history ? curveAdvice(history, loss) : [] };
  });
  const { member, byCurves } = first!;
  const advice = half && !signal?.aborted
    ? await halfAdvice(key, member, {
      dataset,
      engine,
      validationFraction,
      train: async (...what) => (await training.train(...what)).artifact,
    })
    : byCurves;
  const all = others.map(({ member, byCurves }) => withAdvice(member, byCurves));
  return { ...trained, artifact: ensemble([withAdvice(member, advice), ...all]) };
}

/** The surrogate, with advice that holds whatever member is asked. */
export function withAdvice(artifact: Artifact, advice: readonly string[]): Artifact {
  if (advice.length === 0) return artifact;
  return ensemble(
    membersOf(artifact).map((member) => {
      const { provenance } = member;
      return { ...member, provenance: { ...provenance, advice: [...provenance.advice ?? [], ...advice] } };
    }),
  );
}

/** Options of a training that nobody watches, and that begins at its beginning. */
export function unwatched<T extends Partial<TrainOptions>>(
  options: T,
): Omit<T, "resume" | "onCheckpoint" | "checkpointEvery" | "onProgress"> {
  const { resume: _, onCheckpoint: __, checkpointEvery: ___, onProgress: ____, ...rest } = options;
  return rest;
}

/** A schedule some times as long. */
export function stretched(
  { maxEpochs, patience }: { readonly maxEpochs: number; readonly patience: number },
  stretch: number,
): { readonly maxEpochs: number; readonly patience: number } {
  return { maxEpochs: stretch * maxEpochs, patience: stretch * patience };
}
