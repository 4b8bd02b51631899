// `likely train`.

// deno-lint-ignore-file no-console -- a command for people

import {
  type Artifact,
  type Dataset,
  decodeSafetensors,
  encodeArtifact,
  type Loss,
  type StoredSimulations,
  TrainingError,
} from "@likely/core";
import type { TrainedRatio, TrainRatioOptions } from "@likely/sbi";
import { type CheckpointFile, openCheckpoint } from "./_checkpoint_file.ts";
import { readSimulations } from "./_input.ts";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import type { Arguments, Command } from "./_options.ts";
import { type OutputKind, requireOutput, writeOutput } from "./_output.ts";
import { progress, rate } from "./_progress.ts";
import { keyFor } from "./_seed.ts";

const LOSSES = ["bce", "bce_balanced", "nre_c"] as const;
const TRUNKS = ["mlp", "resnet"] as const;

/** The command. */
export const trainCommand: Command = {
  name: "train",
  summary: "Trains a model of the likelihood ratio on simulated pairs.",
  positionals: ["simulations"],
  options: {
    out: { value: "file", help: "the model, as .safetensors", required: true },
    loss: {
      value: "name",
      help: `${LOSSES.join(", ")} (default: bce, with scores where the pairs have them)`,
    },
    trunk: { value: "name", help: TRUNKS.join(" or "), default: "mlp" },
    width: { value: "number", help: "width of the hidden layers", default: "128" },
    layers: { value: "number", help: "hidden layers, or residual blocks", default: "3" },
    epochs: { value: "number", help: "stop after so many in any case", default: "100" },
    "batch-size": { value: "rows", help: "pairs in a step (default: 100, or all if there are fewer)" },
    "learning-rate": {
      value: "number",
      help: "at the start; it falls to zero as a cosine",
      default: "0.003",
    },
    patience: { value: "epochs", help: "stop after so many without a better loss", default: "30" },
    seed: { value: "number", help: "the same seed gives the same model", default: "0" },
  },
  notes: [
    "While it trains, <out>.checkpoint keeps the state: run the same command again to go on after",
    "an interruption at any moment. Of existing files only a model is replaced.",
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely train sims.zarr --out model.safetensors",
    "likely train sims.zarr --out model.safetensors --trunk resnet --layers 4 --epochs 300",
  ],
  run,
};

const MODEL: OutputKind = {
  what: "a model",
  isOne: (bytes) => {
    try {
      return "likely.format" in decodeSafetensors(bytes).metadata;
    } catch {
      return false;
    }
  },
};

async function run(args: Arguments): Promise<void> {
  const out = args.required("out");
  const settings = readSettings(args);
  await requireOutput(out, MODEL);
  const simulations = await readSimulations(args.positional(0));
  noteMissing(args.positional(0), simulations);
  const checkpoint = await openCheckpoint(`${out}.checkpoint`, {
    simulations: await digest(simulations.dataset),
    ...settings,
  });
  const { artifact, history } = await watched(checkpoint, settings, simulations);
  const bytes = encodeArtifact(artifact);
  await writeOutput(out, bytes);
  await checkpoint.remove();
  printModel(out, artifact, { size: bytes.length, best: bestEpoch(history.validation) });
}

type Settings = ReturnType<typeof readSettings>;

function readSettings(args: Arguments) {
  return {
    "--loss": args.choice("loss", LOSSES) ?? "default",
    "--trunk": args.choice("trunk", TRUNKS)!,
    "--width": args.integer("width", 1)!,
    "--layers": args.integer("layers", 1)!,
    "--epochs": args.integer("epochs", 1)!,
    "--batch-size": args.integer("batch-size", 1) ?? "default",
    "--learning-rate": args.positive("learning-rate")!,
    "--patience": args.integer("patience", 1)!,
    "--seed": args.integer("seed", 0)!,
  } as const;
}

/** Shows a bar; keeps checkpoints, and says so when the user stops the work. */
async function watched(
  checkpoint: CheckpointFile,
  settings: Settings,
  { manifest, dataset }: StoredSimulations,
): Promise<TrainedRatio> {
  const { trainRatio } = await import("@likely/sbi");
  using interrupt = onInterrupt();
  using bar = progress("train");
  const { signal } = interrupt;
  try {
    const pairs = { simulator: manifest.simulator, prior: manifest.prior, dataset };
    const trained = await trainRatio(keyFor("train", settings["--seed"]), pairs, {
      ...await toOptions(settings, dataset),
      ...(checkpoint.found && { resume: checkpoint.found }),
      checkpointEvery: 500,
      onCheckpoint: (state) => checkpoint.write(state, signal.aborted),
      onProgress: ({ epoch, maxEpochs, stepsPerSecond, secondsLeft, best }) =>
        bar.update(epoch, maxEpochs, `loss ${best.loss.toFixed(4)}, ${rate(stepsPerSecond, secondsLeft)}`),
      signal,
    });
    if (!signal.aborted) return trained;
  } catch (error) {
    // It would only fail again from there.
    if (error instanceof TrainingError) await checkpoint.remove();
    throw error;
  }
  throw new Interrupted(`Interrupted: ${checkpoint.path} is kept; run the same command again to go on`);
}

async function toOptions(settings: Settings, { x }: Dataset): Promise<TrainRatioOptions> {
  const { balancedBce, bce, nreC } = await import("@likely/sbi");
  const losses: Record<string, () => Loss> = { bce, "bce_balanced": balancedBce, "nre_c": nreC };
  const loss = losses[settings["--loss"]];
  const width = settings["--width"];
  const layers = settings["--layers"];
  const batchSize = settings["--batch-size"];
  return {
    ...(loss && { loss: loss() }),
    trunk: settings["--trunk"] === "mlp"
      ? { kind: "mlp", hidden: Array(layers).fill(width), activation: "silu" }
      : { kind: "resnet", blocks: layers, width, activation: "silu" },
    maxEpochs: settings["--epochs"],
    learningRate: settings["--learning-rate"],
    patience: settings["--patience"],
    // A tenth of the rows is set aside.
    batchSize: batchSize === "default" ? Math.max(1, Math.min(100, Math.floor(0.9 * x.n))) : batchSize,
  };
}

/** What the data are, to the last bit. */
async function digest({ theta, x, score }: Dataset): Promise<string> {
  const hashes = await Promise.all(
    [theta, x, ...(score ? [score] : [])].map(({ data }) =>
      crypto.subtle.digest("SHA-256", new Uint8Array(data.slice().buffer))
    ),
  );
  return hashes.map((hash) => new Uint8Array(hash).slice(0, 8).toHex()).join("-");
}

function noteMissing(path: string, { manifest, missing }: StoredSimulations): void {
  if (missing === 0) return;
  console.error(
    `note: ${missing} of the ${manifest.n} rows of ${path} are not simulated yet, and left out`,
  );
}

function bestEpoch(losses: readonly number[]): number {
  return losses.indexOf(Math.min(...losses)) + 1;
}

function printModel(
  out: string,
  { provenance }: Artifact,
  { size, best }: { readonly size: number; readonly best: number },
): void {
  const { simulator, simulations, loss, engine, training } = provenance;
  console.log(`${out}: likelihood ratio of ${simulator}, from ${simulations} pairs`);
  console.log(`  validation loss  ${training.loss.toFixed(4)} (${loss.name}, epoch ${best})`);
  console.log(`  epochs           ${training.epochs}`);
  console.log(`  engine           ${engine}`);
  console.log(`  size             ${(size / 1000).toFixed(1)} kB`);
}
