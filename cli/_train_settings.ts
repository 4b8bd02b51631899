// What `likely train` was asked for, and the options of the recipes that do it.

import type { Dataset, Loss, Points, TrunkSpec } from "@likely/core";
import type {
  DensityTrainingOptions,
  EstimatorSpec,
  TrainCostOptions,
  TrainLikelihoodOptions,
  TrainRatioOptions,
} from "@likely/sbi";
import type { RunIdentity } from "./_checkpoint_file.ts";
import { buildDistance, type DistanceChoice, DISTANCES, OF_SETS, readDistance } from "./_distance.ts";
import { type EmbeddingChoice, EMBEDDINGS, readEmbedding } from "./_embedding.ts";
import { ESTIMATOR_OPTIONS, readEstimator } from "./_estimator.ts";
import type { Arguments, Option } from "./_options.ts";

const METHODS = ["nre", "npe", "nle", "ace"] as const;
const LOSSES = ["bce", "bce_balanced", "nre_c"] as const;
const STRUCTURES = ["auto", "quadratic", "absolute", "free"] as const;
const TRUNKS = ["mlp", "resnet"] as const;

/** The options of the command that say what is trained, and how. */
export const TRAIN_OPTIONS: Readonly<Record<string, Option>> = {
  method: {
    value: "name",
    help: "nre for the likelihood ratio, npe for the posterior, nle for the likelihood, ace for a cost",
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
    help: "table of data that will be asked about: further targets, each as likely as a simulation",
    with: ["method", "ace"],
  },
  structure: {
    value: "name",
    help: "of the cost in x: quadratic (mse, mmd), absolute (mae), free; by default a known one if there is",
    with: ["method", "ace"],
  },
  embedding: {
    value: "name",
    help: `what sees x before theta joins it: ${
      EMBEDDINGS.join(", ")
    }; by default conv where x is a long series, dense where else it is wide`,
    with: ["method", "nre", "npe"],
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
  trials: {
    value: "number",
    help: "independent trials in each row of x: the likelihood is learned of one, from all of them",
    with: ["method", "nle"],
  },
  ...ESTIMATOR_OPTIONS,
  trunk: {
    value: "name",
    help: `${TRUNKS.join(" or ")}; by default mlp, for ace what the structure needs`,
    with: ["method", "nre", "ace"],
  },
  width: {
    value: "number",
    help: "width of the hidden layers; by default 128, for ace 64, by --net 32 to 64",
  },
  layers: {
    value: "number",
    help: "hidden layers, or residual blocks; by default 3, or 2 behind an embedding; by --net 1 or 2",
  },
  "max-epochs": {
    value: "number",
    help:
      "stop after so many in any case; by default 30 to 100, more for few pairs and for scores; for ace 60 to 200",
  },
  "batch-size": {
    value: "rows",
    help: "pairs in a step; by default 100, for ace 200 to 500, or all if there are fewer",
  },
  "learning-rate": {
    value: "number",
    help: "at the start; it falls to zero as a cosine. By default 0.01, for ace about 0.003",
  },
  patience: {
    value: "epochs",
    help: "stop after so many without a better loss; by default 5 to 28, more for more epochs; for ace 60",
  },
  members: {
    value: "number",
    help: "trainings joined into one model, closer to the truth than one; five take five times as long",
    default: "1",
  },
  half: {
    help: "train on half of the pairs too, and say what twice the pairs and twice the steps have brought",
  },
  levels: {
    value: "mode",
    help: "the pairs are a folder of levels: plain, weighted, control_variate or paper telescope them; " +
      "fine, pooled and transfer are what to compare with",
  },
  steps: { value: "number", help: "of training on levels; by default 1000", with: ["levels"] },
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
  /** Of a ratio or a posterior: what sees x first. */
  readonly embedding: EmbeddingChoice | undefined;
  /** Of a posterior or a likelihood. */
  readonly estimator: EstimatorSpec | undefined;
  /** Of a likelihood: independent trials in each row of x. */
  readonly trials: number | undefined;
  /** Of a ratio: the task whose score refreshes its pairs. */
  readonly refresh: string | undefined;
  /** The network; of a ratio with an embedding, what comes after it. */
  readonly trunk: TrunkSpec | undefined;
  /** How it is trained. */
  readonly training: Readonly<
    Partial<Record<"maxEpochs" | "batchSize" | "learningRate" | "patience", number>>
  >;
  /** Trainings that are joined. */
  readonly members: number;
  /** Whether half of the pairs is trained on, too. */
  readonly half: boolean;
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
    trials: args.integer("trials", 1),
    refresh: args.text("refresh"),
    ...(isDensity(method)
      ? { estimator: readEstimator(args), trunk: undefined }
      : { estimator: undefined, trunk: readTrunk(args, method) }),
    training: defined({
      maxEpochs: args.integer("max-epochs", 1),
      batchSize: args.integer("batch-size", 1),
      learningRate: args.positive("learning-rate"),
      patience: args.integer("patience", 1),
    }),
    members: args.integer("members", 1)!,
    half: args.flag("half"),
    seed: args.integer("seed", 0)!,
  };
}

/** The options as they stand on the command line: only the same ones resume a run. */
export function identity(args: Arguments): RunIdentity {
  return Object.fromEntries(
    Object.keys(TRAIN_OPTIONS).map((
      name,
    ) => [`--${name}`, name === "half" ? `${args.flag(name)}` : args.text(name) ?? "default"]),
  );
}

/** Whether a method learns a density. */
export function isDensity(method: TrainSettings["method"]): method is "npe" | "nle" {
  return method === "npe" || method === "nle";
}

/** Numbers in rows of θ and of x. */
export type Sizes = Readonly<Record<"thetaDim" | "xDim", number>>;

/** The options of `trainPosterior` and `trainLikelihood`. */
export async function densityOptions(
  settings: TrainSettings,
  sizes: Sizes,
): Promise<DensityTrainingOptions & Pick<TrainLikelihoodOptions, "trials">> {
  const estimator = settings.estimator ??
    (settings.embedding === "none" ? await withoutEmbedding(sizes) : undefined);
  return {
    ...await embeddingOf(settings),
    ...(estimator && { estimator }),
    ...(settings.trials && { trials: settings.trials }),
    half: settings.half,
    ...settings.training,
  };
}

/** The options of `trainRatio`. */
export async function ratioOptions(settings: TrainSettings): Promise<TrainRatioOptions> {
  const { balancedBce, bce, nreC } = await import("@likely/sbi");
  const losses: Record<string, () => Loss> = { bce, "bce_balanced": balancedBce, "nre_c": nreC };
  const loss = losses[settings.loss ?? ""];
  return {
    ...(loss && { loss: loss() }),
    ...await embeddingOf(settings),
    ...(settings.trunk && { trunk: settings.trunk }),
    half: settings.half,
    ...settings.training,
  };
}

/** The library's choice, but for the embedding of x: an estimator that is given is not embedded unasked. */
async function withoutEmbedding({ thetaDim, xDim }: Sizes): Promise<EstimatorSpec> {
  const { densityEstimator } = await import("@likely/sbi");
  const { thetaDim: _, xDim: __, target: ___, embedding: ____, ...estimator } = densityEstimator({
    thetaDim,
    xDim,
    target: "theta",
  });
  return estimator as EstimatorSpec;
}

async function embeddingOf({ embedding }: TrainSettings): Promise<Pick<TrainRatioOptions, "embedding">> {
  if (!embedding || embedding === "none") return {};
  if (embedding !== "dense") return { embedding };
  const { wideEmbedding } = await import("@likely/sbi");
  return { embedding: wideEmbedding() };
}

/** The options of `trainCost`. */
export async function costOptions(
  { distance, structure, trunk, half, training }: TrainSettings,
  { x }: Dataset,
  observations: Points | undefined,
): Promise<TrainCostOptions> {
  return {
    distance: await buildDistance(distance, x),
    ...(structure && { structure }),
    ...(observations && { observations }),
    ...(trunk && { trunk }),
    half,
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
