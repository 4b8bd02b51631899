// `likely train --levels`.

// deno-lint-ignore-file no-console -- a command for people

import { encodeArtifact } from "@likely/core";
import type { LevelsMode } from "@likely/sbi";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import { MODEL, printModel } from "./_model.ts";
import type { Arguments } from "./_options.ts";
import { requireOutput, writeOutput } from "./_output.ts";
import { progress, rate } from "./_progress.ts";
import { keyFor } from "./_seed.ts";
import type { TrainSettings } from "./_train_settings.ts";

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
  const { LEVELS_MODES, openLevels, trainLevels, wideEmbedding } = await import("@likely/sbi");
  const mode = args.choice("levels", LEVELS_MODES) as LevelsMode;
  const out = args.required("out");
  await requireOutput(out, MODEL);
  const path = args.positional(0);
  const { pairs, missing } = await openLevels(path, await countLevels(path));
  missing.forEach((n, l) =>
    n > 0 && console.error(`note: ${n} rows of ${path}/level${l} are not simulated yet`)
  );
  using interrupt = onInterrupt();
  using bar = progress("train");
  const { signal } = interrupt;
  const { method, embedding, estimator, trunk, training } = settings;
  const steps = args.integer("steps", 1);
  const { artifact, warnings } = await trainLevels(keyFor("train", settings.seed), pairs, {
    method,
    mode,
    ...(estimator && { estimator }),
    ...(trunk && { trunk }),
    ...(embedding && embedding !== "none" &&
      { embedding: embedding === "dense" ? wideEmbedding() : embedding }),
    ...(training.batchSize && { batchSize: training.batchSize }),
    ...(training.learningRate && { learningRate: training.learningRate }),
    ...(steps !== undefined && { steps }),
    signal,
    onProgress: ({ epoch, maxEpochs, best, stepsPerSecond, secondsLeft }) =>
      bar.update(epoch, maxEpochs, `loss ${best.loss.toPrecision(4)}, ${rate(stepsPerSecond, secondsLeft)}`),
  });
  if (signal.aborted) {
    throw new Interrupted("Interrupted: nothing is written; training on levels begins anew");
  }
  const bytes = encodeArtifact(artifact);
  await writeOutput(out, bytes);
  printModel(out, artifact, bytes.length);
  for (const warning of warnings) console.log(`warning: ${warning}`);
}

async function countLevels(path: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(path)) if (/^level\d+$/.test(name)) count++;
  if (count > 0) return count;
  throw new Error(
    `Cannot train on levels of ${path} as it must have folders level0, level1, …: there are none`,
  );
}
