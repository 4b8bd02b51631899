// `likely train --levels`.

// deno-lint-ignore-file no-console -- a command for people

import { encodeArtifact, type Key, TrainingError } from "@likely/core";
import type { LevelPairs, LevelsMode, TrainedLevels, TrainLevelsOptions } from "@likely/sbi";
import { type CheckpointFile, openCheckpoint } from "./_checkpoint_file.ts";
import { digestOf } from "./_digest.ts";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import { MODEL, printModel } from "./_model.ts";
import type { Arguments } from "./_options.ts";
import { requireOutput, writeOutput } from "./_output.ts";
import { progress, rate } from "./_progress.ts";
import { keyFor } from "./_seed.ts";
import { identity, type TrainSettings } from "./_train_settings.ts";

/** Options of `likely train` that mean nothing for levels. */
const OTHERS = [
  "loss",
  "refresh",
  "observations",
  "structure",
  "element",
  "members",
  "half",
  "trials",
  "epochs",
  "patience",
];

/** Trains on a folder of levels. */
export async function trainOnLevels(args: Arguments, settings: TrainSettings): Promise<void> {
  const other = OTHERS.find((name) => args.has(name) && (name !== "half" || args.flag(name)));
  if (other) args.refuse(`--${other} must come without --levels`);
  const { LEVELS_MODES, wideEmbedding } = await import("@likely/sbi");
  const mode = args.choice("levels", LEVELS_MODES) as LevelsMode;
  const out = args.required("out");
  await requireOutput(out, MODEL);
  const pairs = await readLevels(args.positional(0));
  const tables = pairs.levels.flatMap(({ theta, fine, coarse }) => [theta, fine, coarse]);
  const checkpoint = await openCheckpoint(`${out}.checkpoint`, {
    simulations: await digestOf(...tables),
    ...identity(args),
  });
  const { method, embedding, estimator, trunk, training } = settings;
  const steps = args.integer("steps", 1);
  const { artifact, warnings } = await watched(keyFor("train", settings.seed), pairs, checkpoint, {
    method,
    mode,
    ...(estimator && { estimator }),
    ...(trunk && { trunk }),
    ...(embedding && embedding !== "none" &&
      { embedding: embedding === "dense" ? wideEmbedding() : embedding }),
    ...(training.batchSize && { batchSize: training.batchSize }),
    ...(training.learningRate && { learningRate: training.learningRate }),
    ...(steps !== undefined && { steps }),
  });
  const bytes = encodeArtifact(artifact);
  await writeOutput(out, bytes);
  await checkpoint.remove();
  printModel(out, artifact, bytes.length);
  for (const warning of warnings) console.log(`warning: ${warning}`);
}

/** Shows a bar; keeps checkpoints, and says so when the user stops the work. */
async function watched(
  key: Key,
  pairs: LevelPairs,
  checkpoint: CheckpointFile,
  options: TrainLevelsOptions,
): Promise<TrainedLevels> {
  const { trainLevels } = await import("@likely/sbi");
  using interrupt = onInterrupt();
  using bar = progress("train");
  const { signal } = interrupt;
  try {
    const trained = await trainLevels(key, pairs, {
      ...options,
      ...(checkpoint.found && { resume: checkpoint.found }),
      checkpointEvery: 500,
      onCheckpoint: (state) => checkpoint.write(state, signal.aborted),
      signal,
      onProgress: ({ epoch, maxEpochs, best, stepsPerSecond, secondsLeft }) =>
        bar.update(
          epoch,
          maxEpochs,
          `loss ${best.loss.toPrecision(4)}, ${rate(stepsPerSecond, secondsLeft)}`,
        ),
    });
    if (!signal.aborted) return trained;
  } catch (error) {
    // It would only fail again from there.
    if (error instanceof TrainingError) await checkpoint.remove();
    throw error;
  }
  throw new Interrupted(`Interrupted: ${checkpoint.path} is kept; run the same command again to go on`);
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
