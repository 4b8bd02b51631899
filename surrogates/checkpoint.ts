/**
 * Training that was interrupted: as plain data, and as a file.
 *
 * @module
 */

import {
  FormatError,
  type Key,
  type LearningCurves,
  type Scaling,
  type Spec,
  type TrainState,
  type Weight,
  type Weights,
} from "@likely/core";
import { decodeSafetensors, encodeSafetensors } from "@likely/core/safetensors";

/** Everything needed to go on bit for bit, on the same engine and data. */
export interface TrainingCheckpoint {
  /** What is being trained; a run that resumes must be the same one. */
  readonly about: TrainingIdentity;
  /** Weights and optimizer state. */
  readonly state: TrainState;
  /** The best weights so far; absent before the end of the first epoch. */
  readonly best?: { readonly weights: Weights; readonly loss: number; readonly epoch: number };
  /** Whole epochs done. */
  readonly epoch: number;
  /** Minibatches done of the next epoch. */
  readonly batch: number;
  /** Sum of their losses. */
  readonly lossSum: number;
  /** Losses of the whole epochs. */
  readonly history: LearningCurves;
}

/** What makes two training runs the same one. Randomness is here: a key and nothing else. */
export interface TrainingIdentity {
  /** The key of the run. */
  readonly key: Key;
  /** The network. */
  readonly spec: Spec;
  /** The loss. */
  readonly loss: {
    readonly name: string;
    readonly options: Readonly<Record<string, number | string | boolean>>;
  };
  /** Rows of data. */
  readonly rows: number;
  /** How many of them are of one simulation, where it is not one. */
  readonly trials?: number;
  /** Rows in a minibatch. */
  readonly batchSize: number;
  /** Fraction of the rows set aside. */
  readonly validationFraction: number;
  /** Times that each of them is paired, where it is not once. */
  readonly validationPairings?: number;
  /** Columns of θ seen on the log scale, where there are any. */
  readonly logTheta?: readonly (number | null)[];
  /** Standardisation, where the caller gave it. */
  readonly scaling?: Scaling;
}

const FORMAT = "likely.checkpoint";
const VERSION = "2";
/** Of files without a checksum. */
const UNCHECKED = "1";
/** Epochs whose losses are kept as text. */
const MOST_AS_TEXT = 10_000;
const CURVES = ["train", "validation"] as const;

/**
 * Writes a checkpoint as a safetensors file, with a checksum: from other numbers training would go on just as well.
 *
 * @param checkpoint The checkpoint.
 * @returns The file.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initWeights, key, type NetworkSpec } from "@likely/core";
 * import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "@likely/surrogates";
 *
 * const spec: NetworkSpec = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 1,
 *   trunk: { kind: "mlp", hidden: [4], activation: "silu" },
 *   head: { kind: "linear" },
 * };
 * const loss = { name: "bce", options: {} };
 * const checkpoint: TrainingCheckpoint = {
 *   about: { key: key(0), spec, loss, rows: 1000, batchSize: 200, validationFraction: 0.1 },
 *   state: { weights: initWeights(key(1), spec), steps: 0 },
 *   epoch: 0,
 *   batch: 0,
 *   lossSum: 0,
 *   history: { train: [], validation: [] },
 * };
 * assertEquals(decodeCheckpoint(encodeCheckpoint(checkpoint)), checkpoint);
 * ```
 */
export function encodeCheckpoint(checkpoint: TrainingCheckpoint): Uint8Array {
  const { state, best, history, ...rest } = checkpoint;
  const isLong = history.validation.length > MOST_AS_TEXT;
  const tensors: Record<string, Weight> = {};
  const add = (side: string, weights: Weights = {}) => {
    for (const [name, weight] of Object.entries(weights)) tensors[`${side}/${name}`] = weight;
  };
  add("weights", state.weights);
  add("first", state.firstMoment);
  add("second", state.secondMoment);
  add("average", state.average);
  add("best", best?.weights);
  // Losses of very many epochs as they are in memory, to the last bit: as text they would not fit into the header.
  if (isLong) { for (const name of CURVES) tensors[`history/${name}`] = exactly(history[name]); }
  return encodeSafetensors(tensors, {
    [FORMAT]: VERSION,
    checkpoint: JSON.stringify({
      ...rest,
      history: isLong ? { ...history, train: [], validation: [] } : history,
      steps: state.steps,
      ...(state.termWeights && { termWeights: state.termWeights }),
      ...(state.memory && { memory: state.memory }),
      ...(best && { best: { loss: best.loss, epoch: best.epoch } }),
    }),
  }, { checksum: true });
}

/**
 * Reads a checkpoint back.
 *
 * Whether it belongs to a run is checked by `train`, which resumes it.
 *
 * @param bytes The file.
 * @returns The checkpoint.
 * @throws {FormatError} If the file is no checkpoint of this version, or has changed since it was written.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { decodeCheckpoint } from "@likely/surrogates";
 *
 * assertThrows(() => decodeCheckpoint(new Uint8Array(3)));
 * ```
 */
export function decodeCheckpoint(bytes: Uint8Array): TrainingCheckpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata[FORMAT] === VERSION) decodeSafetensors(bytes, { checksum: true });
  else if (metadata[FORMAT] !== UNCHECKED) {
    throw new FormatError(
      `Cannot read a checkpoint as ${FORMAT} must be ${UNCHECKED} or ${VERSION}: current value is ${
        metadata[FORMAT]
      }`,
    );
  }
  const side = (name: string): Weights | undefined => {
    const entries = Object.entries(tensors).filter(([path]) => path.startsWith(`${name}/`));
    return entries.length === 0
      ? undefined
      : Object.fromEntries(entries.map(([path, weight]) => [path.slice(name.length + 1), weight]));
  };
  const curves = side("history");
  const { steps, termWeights, memory, best, ...rest } = parse(metadata.checkpoint, curves);
  const first = side("first");
  const second = side("second");
  const average = side("average");
  const bestWeights = side("best");
  return {
    ...rest,
    state: {
      weights: side("weights") ?? {},
      ...(first && { firstMoment: first }),
      ...(second && { secondMoment: second }),
      ...(average && { average }),
      steps,
      ...(termWeights && { termWeights }),
      ...(memory && { memory }),
    },
    ...(best && bestWeights && { best: { weights: bestWeights, ...best } }),
  };
}

/** What is in the JSON of a file. */
type Plain = Omit<TrainingCheckpoint, "state" | "best"> & {
  readonly steps: number;
  readonly termWeights?: readonly number[];
  readonly memory?: readonly number[];
  readonly best?: { readonly loss: number; readonly epoch: number };
};

function parse(text: string | undefined, curves: Weights | undefined): Plain {
  const plain = attempt(() => withCurves(JSON.parse(text ?? ""), curves)) as Partial<Plain> | null;
  if (plain && isSound(plain)) return plain as Plain;
  throw new FormatError(
    `Cannot read a checkpoint as its description must be whole: current value is ${text?.slice(0, 60)}`,
  );
}

function withCurves(plain: Plain, curves: Weights | undefined): Plain {
  if (curves === undefined) return plain;
  const [train, validation] = CURVES.map((name) => asWritten(curves[name]!));
  return { ...plain, history: { ...plain.history, train: train!, validation: validation! } };
}

/** The bytes of numbers, whatever they are as float32. */
function exactly(numbers: readonly number[]): Weight {
  const data = new Float32Array(Float64Array.from(numbers).buffer);
  return { shape: [data.length], data };
}

function asWritten({ data }: Weight): number[] {
  return Array.from(new Float64Array(data.slice().buffer));
}

/** Looks at what the loop computes with; `train` compares the rest with its own run. */
function isSound(
  { about, epoch, batch, steps, termWeights, memory, lossSum, history, best }: Partial<Plain>,
): boolean {
  return typeof about?.spec === "object" && about.spec !== null &&
    [about.rows, epoch, batch, steps].every(isCount) && Number.isFinite(lossSum) &&
    isLosses(history?.train, epoch) && isLosses(history?.validation, epoch) &&
    [termWeights, memory].every((values) => values === undefined || isLosses(values, values?.length)) &&
    (history?.termWeights === undefined || areWeights(history.termWeights, epoch)) &&
    (best === undefined || (best !== null && Number.isFinite(best.loss) && isCount(best.epoch)));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isLosses(values: unknown, length: unknown): boolean {
  return Array.isArray(values) && values.length === length && values.every(Number.isFinite);
}

function areWeights(values: unknown, length: unknown): boolean {
  return Array.isArray(values) && values.length === length && values.every((at) => isLosses(at, at?.length));
}

function attempt<T>(fn: () => T): T | null {
  try {
    return fn();
  } catch {
    return null;
  }
}
