// `likely rounds`.

import { console } from "./_console.ts";
import {
  type Artifact,
  encodeArtifact,
  lockFile,
  type Points,
  type SimulationProgress,
  warningsOf,
} from "@likely/core";
import type { TrainingProgress } from "@likely/sbi";
import { readTable, readTaskObservation } from "./_input.ts";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import { MODEL, printModel } from "./_model.ts";
import type { Arguments, Command } from "./_options.ts";
import { requireOutput, requireReplaceable, writeOutput } from "./_output.ts";
import { type Progress, progress, rate, trained } from "./_progress.ts";
import { keyFor } from "./_seed.ts";
import { isTask, loadTask, type TaskSource } from "./_task.ts";
import {
  densityOptions,
  ratioOptions,
  readSettings,
  TRAIN_OPTIONS,
  type TrainSettings,
} from "./_train_settings.ts";

const METHODS = ["npe", "nle", "nre"] as const;
/** What makes no sense for one observation, or not in rounds. */
const {
  distance: _,
  element: __,
  bandwidth: ___,
  observations: ____,
  structure: _____,
  refresh: ______,
  levels: _______,
  steps: ________,
  ...USUAL
} = TRAIN_OPTIONS;

/** The command. */
export const roundsCommand: Command = {
  name: "rounds",
  summary: "Simulates and trains in turns, for one observation: from fewer simulations than for any.",
  positionals: ["task"],
  options: {
    x: { value: "data", help: "the observation: a table, or a task that comes with data", required: true },
    out: { value: "file", help: "the model, as .safetensors", required: true },
    pairs: { value: "folder", help: "where to keep what is simulated: round1, round2, …", required: true },
    rounds: { value: "number", help: "of simulations; the first are of the prior", default: "3" },
    n: { value: "rows", help: "pairs of all rounds together, failed ones included", default: "3000" },
    workers: { value: "number", help: "how many workers (default: one for each core); 0 for none" },
    "chunk-rows": {
      value: "rows",
      help: "simulated, and stored, at a time; by default a hundredth of a round, at most 1000",
    },
    ...USUAL,
    method: {
      value: "name",
      help: "npe for the posterior, nle for the likelihood, nre for its ratio",
      default: "npe",
    },
    seed: { value: "number", help: "the same seed gives the same pairs and the same model", default: "0" },
  },
  notes: [
    "Each round learns from all pairs so far where the next ones are worth the most. The model is good for",
    "this observation: asked about another it warns, or refuses. By nle and nre, x may be several lines,",
    "independent observations of the same parameters.",
    "",
    "Run the same command again to go on after an interruption: pairs that are there are not simulated",
    "again, rounds are trained anew. Of existing files only a model is replaced.",
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program.",
  ],
  examples: [
    "likely rounds two_moons --x observed.csv --pairs rounds --out posterior.safetensors",
    "likely rounds ./my_task.ts --x ./my_task.ts --pairs rounds --out model.safetensors --method nle --n 20000",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const [out, path] = [args.required("out"), args.required("pairs")];
  args.choice("method", METHODS);
  const settings = readSettings(args);
  const rounds = args.integer("rounds", 2)!;
  const simulations = args.integer("n", rounds)!;
  const [workers, chunkRows] = [args.integer("workers", 0), args.integer("chunk-rows", 1)];
  await requireOutput(out, MODEL);
  await using _lock = await lockFile(`${out}.likely-lock`, { what: `the model ${out}` });
  await requireReplaceable(path, { what: "rounds of simulations", entries: /^round\d+$/ });
  const task = await loadTask(args.positional(0));
  const x = await readRows(args.required("x"), task, settings);
  const artifact = await watched(path, rounds, (signal, show) =>
    inferred(task, settings, {
      observation: x,
      rounds,
      simulations,
      simulation: {
        path,
        signal,
        onProgress: show.simulated,
        ...(workers !== undefined && { workers }),
        ...(chunkRows !== undefined && { chunkRows }),
      },
      signal,
      onProgress: show.trained,
    }));
  const bytes = encodeArtifact(artifact);
  await writeOutput(out, bytes);
  printModel(out, artifact, bytes.length);
  for (const warning of warningsOf(artifact)) console.log(`warning: ${warning}`);
  for (const line of artifact.provenance.advice ?? []) console.log(`note: ${line}`);
}

/** What comes with a task is one row; of several trials each is a row. */
async function readRows(x: string, { task }: TaskSource, { trials = 1 }: TrainSettings): Promise<Points> {
  const { trialWidth, points } = await import("@likely/core");
  const dim = trialWidth(task.simulator.xDim, trials);
  if (isTask(x)) return points(await readTaskObservation(x), dim);
  return await readTable(x, { what: "--x", dim, whose: "the task's" });
}

interface Run {
  readonly observation: Points;
  readonly rounds: number;
  readonly simulations: number;
  readonly simulation: {
    readonly path: string;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: SimulationProgress) => void;
    readonly workers?: number;
    readonly chunkRows?: number;
  };
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => void;
}

async function inferred(
  { source, task, columns }: TaskSource,
  settings: TrainSettings,
  run: Run,
): Promise<Artifact> {
  const { nle, npe, nre } = await import("@likely/sbi");
  const key = keyFor("rounds", settings.seed);
  const all = { ...run, members: settings.members };
  if (settings.method === "nre") {
    return (await nre(key, source, { ...await ratioOptions(settings), ...all })).artifact;
  }
  const { thetaDim, xDim } = task.simulator;
  const options = { ...await densityOptions(settings, { thetaDim, xDim }), ...all };
  if (settings.method === "npe") return (await npe(key, source, options)).artifact;
  // Of several trials a kind is that of a column of one.
  const kinds = columns?.slice(0, xDim / (settings.trials ?? 1));
  return (await nle(key, source, { ...options, ...(kinds && { columns: kinds }) })).artifact;
}

interface Shown {
  simulated(progress: SimulationProgress): void;
  trained(progress: TrainingProgress): void;
}

/** One bar after another, and what is kept when the user stops the work. */
async function watched(
  path: string,
  rounds: number,
  work: (signal: AbortSignal, show: Shown) => Promise<Artifact>,
): Promise<Artifact> {
  using interrupt = onInterrupt();
  const { signal } = interrupt;
  let [round, isTraining] = [1, false];
  let bar: Progress = progress("simulate");
  let over = "";
  const turn = (training: boolean) => {
    if (training === isTraining) return;
    if (isTraining) bar.end(over);
    bar[Symbol.dispose]();
    if (!training) round++;
    isTraining = training;
    bar = progress(training ? "train" : "simulate");
  };
  const of = () => `round ${round} of ${rounds}`;
  try {
    const artifact = await work(signal, {
      simulated: ({ done, total, rowsPerSecond, secondsLeft }) => {
        turn(false);
        bar.update(done, total, `${of()}, ${rate(rowsPerSecond, secondsLeft)}`);
      },
      trained: ({ epoch, maxEpochs, best, stepsPerSecond, secondsLeft }) => {
        turn(true);
        const now = `${of()}, loss ${best.loss.toPrecision(4)}`;
        bar.update(epoch, maxEpochs, `${now}, ${rate(stepsPerSecond, secondsLeft)}`);
        over = `${now}, ${trained(epoch, maxEpochs)}`;
      },
    });
    if (!signal.aborted) {
      if (isTraining) bar.end(over);
      return artifact;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    bar[Symbol.dispose]();
  }
  throw new Interrupted(
    `Interrupted in round ${round}: pairs are kept in ${path}; run the same command again to go on`,
  );
}
