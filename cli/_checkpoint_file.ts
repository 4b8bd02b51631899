// The checkpoint of `likely train`: a file beside the model, as long as the model is not done.

import {
  type Artifact,
  decodeArtifact,
  decodeSafetensors,
  encodeArtifact,
  encodeSafetensors,
  FormatError,
} from "@likely/core";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "@likely/surrogates/checkpoint";
import { sweep, writeOutput } from "./_output.ts";

/** What the run is, by option: a run is resumed by the same command only. */
export type RunIdentity = Readonly<Record<string, string | number>>;

/** Where a run leaves its state. */
export interface CheckpointFile {
  /** The file. */
  readonly path: string;
  /** The state to go on from; undefined for a new run, and for one that is done. */
  readonly found: TrainingCheckpoint | undefined;
  /** What was trained, of a run that is done. */
  readonly done: Artifact | undefined;
  /** Keeps a state, at most once a second unless told to. */
  write(checkpoint: TrainingCheckpoint, now: boolean): Promise<void>;
  /** Keeps what was trained instead, while more is to be. */
  finish(artifact: Artifact): Promise<void>;
  /** Removes the file, if there is one. */
  remove(): Promise<void>;
}

const IDENTITY = "likely.command";
const INTERVAL_MS = 1000;

/** Opens the checkpoint of a run; a file of another run is refused. */
export async function openCheckpoint(path: string, run: RunIdentity): Promise<CheckpointFile> {
  const { found, done } = await readCheckpoint(path, run);
  let written = -Infinity;
  const keep = async (bytes: Uint8Array) => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const about = { ...metadata, [IDENTITY]: JSON.stringify(run) };
    await writeOutput(path, encodeSafetensors(tensors, about, { checksum: true }));
  };
  return {
    path,
    found,
    done,
    write: async (checkpoint, now) => {
      if (!now && performance.now() - written < INTERVAL_MS) return;
      await keep(encodeCheckpoint(checkpoint));
      written = performance.now();
    },
    finish: (artifact) => keep(encodeArtifact(artifact)),
    remove: async () => {
      await Deno.remove(path).catch(ignoreMissing);
      await sweep(path);
    },
  };
}

async function readCheckpoint(
  path: string,
  run: RunIdentity,
): Promise<Pick<CheckpointFile, "found" | "done">> {
  const bytes = await Deno.readFile(path).catch(ignoreMissing);
  if (bytes === undefined) return { found: undefined, done: undefined };
  try {
    const { metadata } = decodeSafetensors(bytes);
    requireSameRun(JSON.parse(metadata[IDENTITY] ?? "{}"), run);
    const isDone = "likely.format" in metadata;
    // What is done is joined as it is: it must be what was written.
    if (isDone) decodeSafetensors(bytes, { checksum: true });
    return isDone
      ? { found: undefined, done: decodeArtifact(bytes) }
      : { found: decodeCheckpoint(bytes), done: undefined };
  } catch (cause) {
    throw new FormatError(
      `Cannot resume from ${path}: ${(cause as Error).message}; give the same options, ` +
        `or remove this file to start anew`,
      { cause },
    );
  }
}

function requireSameRun(stored: Partial<RunIdentity>, run: RunIdentity): void {
  for (const [name, value] of Object.entries(run)) {
    if (stored[name] === value) continue;
    throw new RangeError(`${name} must be as it was, ${stored[name]}: current value is ${value}`);
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
