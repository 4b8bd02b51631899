// What travels with a run: enough to know whose it is and how its messages are read.

import * as v from "valibot";
import type { SimulationRun } from "@likely/core";
import { sha256 } from "@likely/core/sha256";

const WORD = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));
const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const HEX = v.pipe(v.string(), v.regex(/^[0-9a-f]+$/));
const DESCRIPTION = v.object({
  format: v.literal(1),
  id: v.pipe(HEX, v.length(24)),
  simulator: v.pipe(v.string(), v.maxLength(1000)),
  task: v.pipe(HEX, v.length(64)),
  engine: v.pipe(v.string(), v.maxLength(1000)),
  key: v.object({ hi: WORD, lo: WORD }),
  score: v.boolean(),
  n: COUNT,
  chunkRows: COUNT,
  thetaDim: COUNT,
  xDim: COUNT,
});

/** A run as workers see it. */
export type RunDescription = Readonly<v.InferOutput<typeof DESCRIPTION>>;

/** Elementary functions differ in the last bits from one engine to the next: rows are made by one of them. */
export function engine(): string {
  return globalThis.navigator?.userAgent ?? "unknown";
}

/** Describes a run of the task with that digest; the id is a digest of all that decides its rows and files. */
export async function describe({ manifest, key }: SimulationRun, task: string): Promise<RunDescription> {
  const host = engine();
  const id = (await sha256(JSON.stringify([1, manifest, task, host]))).slice(0, 24);
  return {
    format: 1,
    id,
    simulator: manifest.simulator,
    task,
    engine: host,
    key: { hi: key.hi, lo: key.lo },
    score: manifest.score,
    n: manifest.n,
    chunkRows: manifest.chunkRows,
    thetaDim: manifest.names.length,
    xDim: manifest.xDim,
  };
}

/** As text. */
export function writeDescription(description: RunDescription): string {
  return JSON.stringify(description);
}

/** From text; undefined for what is none of this version. */
export function readDescription(text: string | undefined): RunDescription | undefined {
  try {
    return v.parse(DESCRIPTION, JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}
