// `likely train --levels`.

import { console } from "./_console.ts";
import type { LevelPairs, LevelsMode } from "@likely/sbi";
import { digestOf } from "./_digest.ts";
import { buildDistance } from "./_distance.ts";
import type { Arguments } from "./_options.ts";
import type { TrainSettings } from "./_train_settings.ts";
import type { TrainingJob } from "./_training_job.ts";

/** Options of `likely train` that mean nothing for levels. */
const OTHERS = [
  "loss",
  "refresh",
  "observations",
  "structure",
  "half",
  "trials",
  "max-epochs",
  "patience",
];

/** Trains on a folder of levels. */
export async function levelsJob(args: Arguments, settings: TrainSettings): Promise<TrainingJob> {
  const other = OTHERS.find((name) => args.has(name) && (name !== "half" || args.flag(name)));
  if (other) args.refuse(`--${other} must come without --levels`);
  const { LEVELS_MODES, trainLevels, wideEmbedding } = await import("@likely/sbi");
  const mode = args.choice("levels", LEVELS_MODES) as LevelsMode;
  const pairs = await readLevels(args.positional(0));
  const { simulator, prior, levels } = pairs;
  const { theta, fine, failed } = levels.at(-1)!;
  const { method, embedding, estimator, trunk, training, distance } = settings;
  const steps = args.integer("steps", 1);
  const options = {
    method,
    mode,
    ...(method === "ace" && { distance: await buildDistance(distance, fine) }),
    ...(estimator && { estimator }),
    ...(trunk && { trunk }),
    ...(embedding && embedding !== "none" &&
      { embedding: embedding === "dense" ? wideEmbedding() : embedding }),
    ...(training.batchSize && { batchSize: training.batchSize }),
    ...(training.learningRate && { learningRate: training.learningRate }),
    ...(steps !== undefined && { steps }),
  };
  return {
    data: {
      simulations: await digestOf(...levels.flatMap(({ theta, fine, coarse }) => [theta, fine, coarse])),
    },
    pairs: { simulator, prior, dataset: { theta, x: fine, failed } },
    train: (key, { index: _, onRefresh: __, ...watching }) =>
      trainLevels(key, pairs, { ...options, ...watching }),
  };
}

/** Reads a folder of levels, and says what it lacks. */
export async function readLevels(path: string): Promise<LevelPairs> {
  const { openLevels } = await import("@likely/sbi");
  const { pairs, missing } = await openLevels(path, await countLevels(path));
  missing.forEach((n, l) =>
    n > 0 && console.error(`note: ${n} rows of ${path}/level${l} are not simulated yet`)
  );
  return pairs;
}

async function countLevels(path: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(path)) if (/^level\d+$/.test(name)) count++;
  if (count > 0) return count;
  throw new Error(
    `Cannot train on levels of ${path} as it must have folders level0, level1, …: there are none`,
  );
}
