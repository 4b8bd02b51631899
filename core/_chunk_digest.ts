// What the files of a chunk must be, to the last bit.

import { fieldsOfRun } from "./_same_run.ts";
import type { SimulationManifest } from "./simulation_manifest.ts";

/** Bytes of the digest of a file. */
export const DIGEST_BYTES = 32;

/**
 * The SHA-256 of a file, and of what it is: its run, array and place. So the file of another chunk, or of
 * another run, is no more taken for it than one whose bytes are others.
 */
export async function chunkDigest(
  manifest: SimulationManifest,
  { name, chunk, bytes }: { readonly name: string; readonly chunk: number; readonly bytes: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const what = new TextEncoder().encode(`${fieldsOfRun(manifest)}\n${name} ${chunk}\n`);
  const all = new Uint8Array(what.length + bytes.length);
  all.set(what);
  all.set(bytes, what.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}
