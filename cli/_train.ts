// `likely train`.

import { console } from "./_console.ts";
import {
  type Artifact,
  type Dataset,
  encodeArtifact,
  ensemble,
  foldIn,
  type Key,
  lockFile,
  MAX_HEADER_BYTES,
  type Points,
  priorSpec,
  type StoredSimulations,
  TrainingError,
  warningsOf,
} from "@likely/core";
import type { SimulatedPairs, TrainedCost, TrainedDensity, TrainedRatio } from "@likely/sbi";
import { digest, digestOf } from "./_digest.ts";
import { type CheckpointFile, openCheckpoint, type RunIdentity } from "./_checkpoint_file.ts";
import { readSimulations, readTable } from "./_input.ts";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import { MODEL, printModel } from "./_model.ts";
import { type Arguments, type Command, UsageError } from "./_options.ts";
import { requireOutput, writeOutput } from "./_output.ts";
import { progress, rate, trained } from "./_progress.ts";
import { keyFor } from "./_seed.ts";
import { loadTask } from "./_task.ts";
import { levelsJob } from "./_train_levels.ts";
import type { TrainingJob, Watching } from "./_training_job.ts";
import {
  costOptions,
  densityOptions,
  identity,
  isDensity,
  ratioOptions,
  readSettings,
  TRAIN_OPTIONS,
  type TrainSettings,
} from "./_train_settings.ts";

/** The command. */
export const trainCommand: Command = {
  name: "train",
  summary: "Trains a model of the posterior, the likelihood (or its ratio), or a cost, on simulated pairs.",
  positionals: ["simulations"],
  options: {
    out: { value: "file", help: "the model, as .safetensors", required: true },
    ...TRAIN_OPTIONS,
  },
  notes: [
    "While it trains, <out>.checkpoint keeps the state: run the same command again to go on after",
    "an interruption at any moment. Of existing files only a model is replaced.",
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program.",
  ],
  examples: [
    "likely train sims.zarr --out model.safetensors",
    "likely train sims.zarr --out model.safetensors --trunk resnet --layers 4 --max-epochs 300",
    "likely train fields.zarr --out model.safetensors --embedding conv --grid 25x25",
    "likely train sims.zarr --out posterior.safetensors --method npe --members 5",
    "likely train sims.zarr --out cost.safetensors --method ace --distance mae",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const out = args.required("out");
  const settings = readSettings(args);
  await requireOutput(out, MODEL);
  await using _lock = await lockFile(`${out}.likely-lock`, { what: `the model ${out}` });
  const job = args.has("levels") ? await levelsJob(args, settings) : await pairsJob(args, settings);
  const checkpoints = await openCheckpoints(out, settings.members, { ...identity(args), ...job.data });
  const members: Artifact[] = [];
  for (const checkpoint of checkpoints) {
    const member = { checkpoint, index: members.length };
    members.push(checkpoint.done ?? await watched(member, settings, job));
  }
  const artifact = await joined(members, settings, job);
  const bytes = encodeArtifact(artifact);
  await writeOutput(out, bytes);
  for (const checkpoint of checkpoints) await checkpoint.remove();
  printModel(out, artifact, bytes.length);
  for (const warning of warningsOf(artifact)) console.log(`warning: ${warning}`);
  for (const line of artifact.provenance.advice ?? []) console.log(`note: ${line}`);
}

async function pairsJob(args: Arguments, settings: TrainSettings): Promise<TrainingJob> {
  const simulations = await readSimulations(args.positional(0));
  const { manifest: { simulator, prior, xNames }, dataset } = simulations;
  const observations = await readTargets(args.text("observations"), dataset);
  noteMissing(args.positional(0), simulations);
  noteUnchecked(args.positional(0), simulations);
  await requireRoom(dataset, settings);
  const pairs = { simulator, prior, dataset, ...(xNames && { xNames }) };
  return {
    data: {
      simulations: await digest(dataset),
      ...(observations && { "--observations": await digestOf(observations) }),
    },
    pairs,
    train: (key, { index, ...watching }) => {
      const once = { ...settings, half: settings.half && index === 0 };
      return trainBy(key, once, { ...pairs, observations }, watching);
    },
  };
}

/** Bytes of the header of a model that are not the units of its columns: a reference, curves, sentences. */
const OTHER_BYTES = 2 ** 20;

/** Very wide x has more units than a file may tell: found out before training, and not after. */
async function requireRoom(dataset: Dataset, { members }: TrainSettings): Promise<void> {
  const { theta, x } = dataset;
  if (x.dim * members < FEW_NUMBERS) return;
  const { scalingFor } = await import("@likely/sbi");
  const trunk = { kind: "mlp", hidden: [1], activation: "silu" } as const;
  const spec = {
    kind: "network",
    thetaDim: theta.dim,
    xDim: x.dim,
    trunk,
    head: { kind: "linear" },
  } as const;
  const bytes = members * JSON.stringify(scalingFor(spec, dataset)).length;
  if (bytes <= MAX_HEADER_BYTES - OTHER_BYTES) return;
  const most = Math.floor(x.dim * (MAX_HEADER_BYTES - OTHER_BYTES) / bytes);
  throw new RangeError(
    `Cannot train a model as its file must have room for the units of each number of x, of at most ${most}` +
      `${members > 1 ? ` for ${members} members` : ""}: current number is ${x.dim}; train on summaries of x`,
  );
}

/** So many always have room. */
const FEW_NUMBERS = 10_000;

/** One for each member; of those that are done it holds what was trained. */
async function openCheckpoints(out: string, members: number, run: RunIdentity): Promise<CheckpointFile[]> {
  const names = Array.from({ length: members }, (_, m) => members === 1 ? out : `${out}.member${m + 1}`);
  return await Promise.all(names.map((name) => openCheckpoint(`${name}.checkpoint`, run)));
}

async function joined(
  members: readonly Artifact[],
  { seed }: TrainSettings,
  { pairs }: TrainingJob,
): Promise<Artifact> {
  const artifact = ensemble(members);
  if (!artifact.others || artifact.kind !== "cost") return artifact;
  const { withSpreads } = await import("@likely/sbi");
  return await withSpreads(foldIn(keyFor("train", seed), members.length), artifact, pairs);
}

async function readTargets(path: string | undefined, { x }: Dataset): Promise<Points | undefined> {
  if (path === undefined) return undefined;
  return await readTable(path, { what: "--observations", dim: x.dim, whose: "the simulations'" });
}

/** What is trained on. */
interface TrainingData extends SimulatedPairs {
  readonly observations: Points | undefined;
}

/** Which training of how many, and where it leaves its state. */
interface MemberRun {
  readonly index: number;
  readonly checkpoint: CheckpointFile;
}

/** What every recipe makes. */
type Trained = TrainedRatio | TrainedDensity | TrainedCost;

/** Shows a bar; keeps checkpoints, and says so when the user stops the work. */
async function watched(
  { checkpoint, index }: MemberRun,
  settings: TrainSettings,
  { train }: TrainingJob,
): Promise<Artifact> {
  using interrupt = onInterrupt();
  using refreshing = progress("refresh");
  using bar = progress("train");
  const { signal } = interrupt;
  const which = settings.members > 1 ? `member ${index + 1} of ${settings.members}, ` : "";
  let over = "";
  try {
    const { artifact } = await train(keyOf(settings, index), {
      index,
      ...(checkpoint.found && { resume: checkpoint.found }),
      checkpointEvery: 500,
      onCheckpoint: (state) => checkpoint.write(state, signal.aborted),
      onRefresh: ({ done, total }) => refreshing.update(done, total, `move ${done} of ${total}`),
      onProgress: ({ epoch, maxEpochs, stepsPerSecond, secondsLeft, best }) => {
        refreshing[Symbol.dispose]();
        const now = `${which}loss ${best.loss.toPrecision(4)}`;
        bar.update(epoch, maxEpochs, `${now}, ${rate(stepsPerSecond, secondsLeft)}`);
        over = `${now}, ${trained(epoch, maxEpochs)}`;
      },
      signal,
    });
    if (!signal.aborted) {
      bar.end(over);
      if (settings.members > 1) await checkpoint.finish(artifact);
      return artifact;
    }
  } catch (error) {
    if (error === signal.reason) {
      throw new Interrupted(
        "Interrupted while pairs were refreshed: run the same command again to redo that",
      );
    }
    // It would only fail again from there.
    if (error instanceof TrainingError) await checkpoint.remove();
    throw error;
  }
  throw new Interrupted(`Interrupted: ${checkpoint.path} is kept; run the same command again to go on`);
}

/** As the recipes' option `members` has it. */
function keyOf({ members, seed }: TrainSettings, index: number): Key {
  const key = keyFor("train", seed);
  return members === 1 ? key : foldIn(key, index);
}

async function trainBy(
  key: Key,
  settings: TrainSettings,
  { observations, ...pairs }: TrainingData,
  { onRefresh, ...run }: Omit<Watching, "index">,
): Promise<Trained> {
  const { trainCost, trainLikelihood, trainPosterior, trainRatio } = await import("@likely/sbi");
  const { dataset } = pairs;
  requireCells(settings, dataset);
  if (isDensity(settings.method)) {
    const train = settings.method === "npe" ? trainPosterior : trainLikelihood;
    return await train(key, pairs, {
      ...await densityOptions(settings, { thetaDim: dataset.theta.dim, xDim: dataset.x.dim }),
      ...run,
    });
  }
  if (settings.method === "nre") {
    const options = { ...await ratioOptions(settings), ...run };
    if (settings.refresh === undefined) return await trainRatio(key, pairs, options);
    const scored = { ...pairs, ...await taskOf(settings.refresh, pairs) };
    return await trainRatio(key, scored, { ...options, refresh: { onProgress: onRefresh } });
  }
  return await trainCost(key, pairs, { ...await costOptions(settings, dataset, observations), ...run });
}

function requireCells({ embedding }: TrainSettings, { x }: Dataset): void {
  if (typeof embedding !== "object" || embedding.kind !== "conv") return;
  const cells = embedding.size.reduce((product: number, length) => product * length, 1);
  if (cells === x.dim) return;
  throw new UsageError(
    `Cannot run "likely train" as --grid must have a cell for each of the ${x.dim} numbers of x: ` +
      `current value is ${embedding.size.join("x")}`,
  );
}

/** The prior, and the exact score, of the task that made the pairs. */
async function taskOf(
  name: string,
  { simulator, prior }: SimulatedPairs,
): Promise<Pick<SimulatedPairs, "prior" | "score">> {
  const { task } = await loadTask(name);
  const given = { simulator: task.simulator.name, prior: JSON.stringify(priorSpec(task.prior)) };
  if (given.simulator !== simulator || given.prior !== JSON.stringify(prior)) {
    throw new UsageError(
      `Cannot run "likely train" as --refresh must be the task that was simulated, ${simulator} under its prior: ` +
        `current value is "${name}"`,
    );
  }
  return {
    prior: task.prior,
    ...(task.simulator.score && { score: task.simulator.score.bind(task.simulator) }),
  };
}

function noteMissing(path: string, { manifest, missing }: StoredSimulations): void {
  if (missing === 0) return;
  console.error(
    `note: ${missing} of the ${manifest.n} rows of ${path} are not simulated yet, and left out`,
  );
}

function noteUnchecked(path: string, { manifest }: StoredSimulations): void {
  if (manifest.format > 1) return;
  console.error(`note: ${path} is of the layout before there were checksums: damage to it cannot be noticed`);
}
