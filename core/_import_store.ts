// Tables as a folder of simulations, which appears whole or not at all.

import { sha256 } from "./sha256.ts";
import { AtomicStore } from "./_atomic_store.ts";
import { fileSystem } from "./_file_system.ts";
import { lockFile } from "./file_lock.ts";
import { partialName } from "./partial_name.ts";
import { sweepPartialFolders } from "./sweep_partial_folders.ts";
import { chunksOf, rowsOf } from "./_simulate_chunks.ts";
import { createFiles, readManifest, readSimulations } from "./_simulation_files.ts";
import type { Points } from "./points.ts";
import type { SimulationManifest, StoredSimulations } from "./simulation_manifest.ts";

/** Writes beside the folder, then renames; what is there already must be the same. */
export async function storeRows(
  path: string,
  about: Omit<SimulationManifest, "key">,
  { theta, x, score }: { readonly theta: Points; readonly x: Points; readonly score: Points | undefined },
): Promise<StoredSimulations> {
  const manifest = { ...about, key: `imported:${await digestOf(theta, x, ...score ? [score] : [])}` };
  const folder = path.replace(/(?<=.)\/+$/, "");
  const parent = folder.replace(/[^/]*$/, "");
  if (parent !== "") await fileSystem().mkdir(parent, { recursive: true });
  await using _lock = await lockFile(`${folder}.likely-lock`, { what: `the simulations at ${path}` });
  const stored = await readManifest(path);
  if (stored) requireSame(path, stored, manifest);
  else {
    const files = fileSystem();
    await requireEmpty(path);
    // Nobody else is at it, so that these are what was left by those who were killed.
    await sweepPartialFolders(folder);
    const partial = partialName(folder);
    const { write } = await createFiles(partial, manifest);
    for (const chunk of chunksOf(manifest.n, manifest.chunkRows)) {
      const numbers = (table: Points) => new Float64Array(rowsOf(table, chunk).data);
      const scores = score ? numbers(score) : new Float64Array();
      await write(chunk.index, { theta: numbers(theta), x: numbers(x), score: scores, thrown: [] });
    }
    // In place of none, or of an empty one.
    await files.rename(partial, path);
  }
  return await readSimulations(path);
}

function requireSame(path: string, stored: SimulationManifest, wanted: SimulationManifest): void {
  for (const field of ["key", "simulator", "prior", "names", "xDim"] as const) {
    if (JSON.stringify(stored[field]) === JSON.stringify(wanted[field])) continue;
    const what = stored.key.startsWith("imported:") ? "tables" : "simulations";
    refuse(path, `other ${what} must not be replaced`, `its ${field} is another`);
  }
}

async function requireEmpty(path: string): Promise<void> {
  const [there] = await new AtomicStore(path).list("/");
  if (there !== undefined) {
    refuse(path, "the folder must be absent, empty or an import", `"${there}" is there`);
  }
}

async function digestOf(...tables: readonly Points[]): Promise<string> {
  const hashes: Uint8Array[] = [];
  for (const { data } of tables) {
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    hashes.push(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  }
  const all = Uint8Array.from(hashes.flatMap((hash) => [...hash]));
  return await sha256(all);
}

function refuse(path: string, rule: string, state: string): never {
  throw new RangeError(`Cannot import simulations to ${path} as ${rule}: ${state}; choose another folder`);
}
