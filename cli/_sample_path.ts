// Several values of `--beta`.

import { console } from "./_console.ts";
import { join, parse } from "node:path";
import { type Artifact, extent, type Key, type Points, warningsOf } from "@likely/core";
import { writeDrawsOutput } from "./_draws_file.ts";
import { printSummary } from "./_print_summary.ts";

/** What a path of particles goes through. */
export interface PathArguments {
  /** In rising order. */
  readonly betas: readonly number[];
  /** One for each β. */
  readonly files: readonly string[];
  /** Particles. */
  readonly draws: number;
  /** Consumed. */
  readonly key: Key;
  /** Stops the path; nothing is written then. */
  readonly signal: AbortSignal;
}

/** Samples along the path, and writes a file for each β. */
export async function followPath(
  artifact: Artifact,
  x: Points,
  { betas, files, draws: particles, key, signal }: PathArguments,
): Promise<void> {
  const { betaPath, essBulk, observationWarnings } = await import("@likely/sbi");
  const warnings = [...warningsOf(artifact), ...await observationWarnings(artifact, x)];
  for (const warning of warnings) console.error(`warning: ${warning}`);
  const steps = await betaPath(key, artifact, x, { betas, particles, signal });
  for (const [k, { beta, draws, cost }] of steps.entries()) {
    // Particles that stem from one lie side by side, so that one chain of them tells of that.
    const chain = { ...draws, chains: 1, length: draws.chains };
    await writeDrawsOutput(files[k]!, chain);
    await printSummary(chain);
    console.log(`${files[k]}: beta ${beta}, ${chain.length} draws, mean cost ${cost.toPrecision(3)}`);
    const [least] = extent(essBulk(chain));
    if (least < ENOUGH) console.log(`warning: ${fewIndependent(least)}`);
  }
}

/** Independent draws that means and quantiles take. */
const ENOUGH = 100;

function fewIndependent(ess: number): string {
  return `The particles are worth ${
    ess.toFixed(0)
  } independent draws: take more, by --draws, or smaller steps of beta`;
}

/** `draws_beta10.csv` for `draws.csv`. */
export function fileOfBeta(out: string, beta: number): string {
  return fileOf(out, `_beta${beta}`);
}

/** `draws_1.csv` for `draws.csv`, of the first row. */
export function fileOfRow(out: string, row: number): string {
  return fileOf(out, `_${row + 1}`);
}

function fileOf(out: string, what: string): string {
  const { dir, name, ext } = parse(out);
  return join(dir, `${name}${what}${ext}`);
}
