// Draws on disk: a CSV file with another beside it that says how they were made, or a folder `.zarr` that ArviZ
// opens.

import { type Draws, drawsFromCsv, drawsToCsvChunks } from "@likely/core";
import { checkDrawsFolder, openDraws, writeDraws } from "@likely/core/draws-zarr";
import { readFile } from "./_input.ts";
import { isSidecar, sidecarOf, withSidecar, writeSidecar } from "./_draws_sidecar.ts";
import { type OutputKind, requireOutput, requireReplaceable, writeOutput } from "./_output.ts";

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
  for (const folder of [path, partial(path)]) {
    await requireReplaceable(folder, {
      what: "draws",
      entries: /^(posterior|sample_stats|zarr\.json(\.[\w-]+\.partial)?)$/,
      isOne: isOurs,
    });
  }
}

/** Checks before any draw that parameters can have these names. */
export async function requireDrawsNames(path: string, names: readonly string[]): Promise<void> {
  const info = { sampler: "none", evaluations: 0 };
  const none: Draws = { names, chains: 0, length: 0, values: new Float64Array(), info, warnings: [] };
  if (!isFolder(path)) drawsToCsvChunks(none).next();
  else {
    await Deno.remove(partial(path), { recursive: true }).catch(() => {});
    await checkDrawsFolder(partial(path), names);
  }
}

/** Writes draws; they appear whole or not at all. */
export async function writeDrawsOutput(path: string, draws: Draws): Promise<void> {
  if (!isFolder(path)) {
    await writeOutput(path, drawsToCsvChunks(draws));
    return await writeSidecar(path, draws);
  }
  await writeDraws(partial(path), draws);
  await Deno.remove(path, { recursive: true }).catch(() => {});
  await Deno.rename(partial(path), path);
}

function isFolder(path: string): boolean {
  return /\.zarr\/*$/.test(path);
}

function partial(path: string): string {
  return `${path.replace(/\/+$/, "")}.partial`;
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
