// What `likely train` was asked for, and the options of the recipes that do it.

import type { Dataset, Loss, Points, TrunkSpec } from "@likely/core";
import type { TrainCostOptions, TrainRatioOptions } from "@likely/sbi";
import type { RunIdentity } from "./_checkpoint_file.ts";
import { buildDistance, type DistanceChoice, DISTANCES, OF_SETS, readDistance } from "./_distance.ts";
import { type EmbeddingChoice, EMBEDDINGS, readEmbedding } from "./_embedding.ts";
import type { Arguments, Option } from "./_options.ts";

const METHODS = ["nre", "ace"] as const;
const LOSSES = ["bce", "bce_balanced", "nre_c"] as const;
const STRUCTURES = ["auto", "quadratic", "absolute", "free"] as const;
const TRUNKS = ["mlp", "resnet"] as const;

/** The options of the command that say what is trained, and how. */
export const TRAIN_OPTIONS: Readonly<Record<string, Option>> = {
  method: {
    value: "name",
    help: "nre for the likelihood ratio, ace for a cost: the expected distance to data",
    default: "nre",
  },
  loss: {
    value: "name",
    help: `${LOSSES.join(", ")}; by default bce, and scores where the pairs have them`,
    with: ["method", "nre"],
  },
  distance: {
    value: "name",
    help: `${DISTANCES.join(", ")}; by default mse. mae is in standard deviations of the simulations`,
    with: ["method", "ace"],
  },
  element: {
    value: "number",
    help: "numbers in an element, where a row of x is a set of elements",
    with: ["distance", ...OF_SETS],
  },
  bandwidth: {
    value: "number",
    help: "of the kernel, in units of x; by default the median distance of simulated elements",
    with: ["distance", "mmd"],
  },
  observations: {
    value: "file",
    help: "CSV of data that will be asked about: further targets, each as likely as a simulation",
    with: ["method", "ace"],
  },
  structure: {
    value: "name",
    help: "of the cost in x: quadratic (mse, mmd), absolute (mae), free; by default a known one if there is",
    with: ["method", "ace"],
  },
  embedding: {
    value: "name",
    help: `what sees x before theta joins it: ${EMBEDDINGS.join(", ")}; by default dense where x is wide`,
    with: ["method", "nre"],
  },
  grid: {
    value: "cells",
    help: "that x lies on, along each axis: 100 or 25x25",
    with: ["embedding", "conv"],
  },
  refresh: {
    value: "task",
    help: "that simulated x: its exact score finds further theta for every x, so that fewer will do",
    with: ["method", "nre"],
  },
  trunk: { value: "name", help: `${TRUNKS.join(" or ")}; by default mlp, for ace what the structure needs` },
  width: { value: "number", help: "width of the hidden layers; by default 128, for ace 64" },
  layers: {
    value: "number",
    help: "hidden layers, or residual blocks; by default 3, or 2 behind an embedding",
  },
  epochs: {
    value: "number",
    help: "stop after so many in any case; by default 100, for ace 60 to 200 by structure",
  },
  "batch-size": {
    value: "rows",
    help: "pairs in a step; by default 100, for ace 200 to 500, or all if there are fewer",
  },
  "learning-rate": {
    value: "number",
    help: "at the start; it falls to zero as a cosine. By default about 0.003",
  },
  patience: { value: "epochs", help: "stop after so many without a better loss; by default 30, or 60" },
  seed: { value: "number", help: "the same seed gives the same model", default: "0" },
};

/** What was asked for; undefined is what the recipe does by default. */
export interface TrainSettings {
  /** What is trained. */
  readonly method: typeof METHODS[number];
  /** Of a ratio. */
  readonly loss: typeof LOSSES[number] | undefined;
  /** Of a cost. */
  readonly distance: DistanceChoice;
  /** Of a cost. */
  readonly structure: typeof STRUCTURES[number] | undefined;
  /** Of a ratio: what sees x first. */
  readonly embedding: EmbeddingChoice | undefined;
  /** Of a ratio: the task whose score refreshes its pairs. */
  readonly refresh: string | undefined;
  /** The network; of a ratio with an embedding, what comes after it. */
  readonly trunk: TrunkSpec | undefined;
  /** How it is trained. */
  readonly training: Readonly<
    Partial<Record<"maxEpochs" | "batchSize" | "learningRate" | "patience", number>>
  >;
  /** Of the key. */
  readonly seed: number;
}

/** Reads the options of {@linkcode TRAIN_OPTIONS}, but for the file of observations. */
export function readSettings(args: Arguments): TrainSettings {
  const method = args.choice("method", METHODS)!;
  return {
    method,
    loss: args.choice("loss", LOSSES),
    distance: readDistance(args),
    structure: args.choice("structure", STRUCTURES),
    embedding: readEmbedding(args),
    refresh: args.text("refresh"),
    trunk: readTrunk(args, method),
    training: defined({
      maxEpochs: args.integer("epochs", 1),
      batchSize: args.integer("batch-size", 1),
      learningRate: args.positive("learning-rate"),
      patience: args.integer("patience", 1),
    }),
    seed: args.integer("seed", 0)!,
  };
}

/** The options as they stand on the command line: only the same ones resume a run. */
export function identity(args: Arguments): RunIdentity {
  return Object.fromEntries(
    Object.keys(TRAIN_OPTIONS).map((name) => [`--${name}`, args.text(name) ?? "default"]),
  );
}

/** The options of `trainRatio`. */
export async function ratioOptions(settings: TrainSettings): Promise<TrainRatioOptions> {
  const { balancedBce, bce, nreC, wideEmbedding } = await import("@likely/sbi");
  const losses: Record<string, () => Loss> = { bce, "bce_balanced": balancedBce, "nre_c": nreC };
  const loss = losses[settings.loss ?? ""];
  const { embedding } = settings;
  return {
    ...(loss && { loss: loss() }),
    ...(embedding && embedding !== "none" && {
      embedding: embedding === "dense" ? wideEmbedding() : embedding,
    }),
    ...(settings.trunk && { trunk: settings.trunk }),
    ...settings.training,
  };
}

/** The options of `trainCost`. */
export async function costOptions(
  { distance, structure, trunk, training }: TrainSettings,
  { x }: Dataset,
  observations: Points | undefined,
): Promise<TrainCostOptions> {
  return {
    distance: await buildDistance(distance, x),
    ...(structure && { structure }),
    ...(observations && { observations }),
    ...(trunk && { trunk }),
    ...training,
  };
}

function readTrunk(args: Arguments, method: TrainSettings["method"]): TrunkSpec | undefined {
  const sizes = ["width", "layers"].find((name) => args.has(name));
  const embedding = args.text("embedding") ?? "none";
  const isMlp = method === "nre" && (sizes !== undefined || args.has("embedding") && embedding === "none");
  const kind = args.choice("trunk", TRUNKS) ?? (isMlp ? "mlp" : undefined);
  const width = args.integer("width", 1) ?? (method === "nre" ? 128 : 64);
  const layers = args.integer("layers", 1) ?? (embedding === "none" ? 3 : 2);
  if (kind === undefined) {
    if (sizes) args.refuse(`--${sizes} must come with --trunk, for ace: there is none`);
    return undefined;
  }
  return kind === "mlp"
    ? { kind, hidden: Array(layers).fill(width), activation: "silu" }
    : { kind, blocks: layers, width, activation: "silu" };
}

function defined<K extends string, V>(entries: Readonly<Record<K, V | undefined>>): Partial<Record<K, V>> {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined),
  ) as Partial<Record<K, V>>;
}
