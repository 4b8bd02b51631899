// Draws on disk: a CSV file with another beside it that says how they were made, or a folder `.zarr` that ArviZ
// opens.

import {
  type Draws,
  drawsFromCsv,
  drawsToCsvChunks,
  lockFile,
  partialName,
  sweepPartialFolders,
} from "@likely/core";
import { checkDrawsFolder, openDraws, writeDraws } from "@likely/core/draws-zarr";
import { readFile } from "./_input.ts";
import { isSidecar, sidecarOf, withSidecar, writeSidecar } from "./_draws_sidecar.ts";
import { type OutputKind, replaceFolder, requireOutput, requireReplaceable, writeOutput } from "./_output.ts";

const TABLE: OutputKind = {
  what: "a file of draws",
  isOne: (bytes) => {
    try {
      return drawsFromCsv(bytes).length > 0;
    } catch {
      return false;
    }
  },
};

/** Reads draws. */
export async function readDraws(path: string): Promise<Draws> {
  const isFolder = await Deno.stat(path).then((found) => found.isDirectory, () => false);
  return isFolder ? await openDraws(path) : await withSidecar(path, await readFile(path, drawsFromCsv));
}

/** Checks before any work is done that draws can be written, and replace nothing but draws. */
export async function requireDrawsOutput(path: string): Promise<void> {
  if (!isFolder(path)) {
    await requireOutput(sidecarOf(path), { what: "what was told of draws", isOne: isSidecar });
    return await requireOutput(path, TABLE);
  }
  await requireReplaceable(path, {
    what: "draws",
    entries: /^(posterior|sample_stats|zarr\.json(\.[\w-]+\.partial)?)$/,
    isOne: isOurs,
  });
}

/** Checks before any draw that parameters can have these names. */
export async function requireDrawsNames(path: string, names: readonly string[]): Promise<void> {
  const info = { sampler: "none", evaluations: 0 };
  const none: Draws = { names, chains: 0, length: 0, values: new Float64Array(), info, warnings: [] };
  if (isFolder(path)) await checkDrawsFolder(partialName(path), names);
  else drawsToCsvChunks(none).next();
}

/** Writes draws; they appear whole or not at all. */
export async function writeDrawsOutput(path: string, draws: Draws): Promise<void> {
  if (!isFolder(path)) {
    await writeOutput(path, () => drawsToCsvChunks(draws));
    return await writeSidecar(path, draws);
  }
  const folder = path.replace(/(?<=.)\/+$/, "");
  await using _lock = await lockFile(`${folder}.likely-lock`, { what: `the draws ${folder}` });
  // Nobody else is at it, so that these are what was left by those who were killed.
  await sweepPartialFolders(folder);
  const partial = partialName(folder);
  try {
    await writeDraws(partial, draws);
    await replaceFolder(folder, partial);
  } catch (error) {
    await Deno.remove(partial, { recursive: true }).catch(() => {});
    throw error;
  }
}

function isFolder(path: string): boolean {
  return /\.zarr\/*$/.test(path);
}

/** Whether the draws in a folder are this command's, and not of another program. */
async function isOurs(path: string): Promise<boolean> {
  try {
    const group = JSON.parse(await Deno.readTextFile(`${path}/posterior/zarr.json`));
    return group.attributes?.created_by === "likely";
  } catch {
    return false;
  }
}
