/**
 * Surrogates that are trained already.
 *
 * @module
 */

import type { Artifact } from "@likely/core";
import { fetchArtifact } from "./fetch_artifact.ts";
import { type PrebuiltName, prebuiltSurrogates } from "./prebuilt_surrogates.ts";

/**
 * Loads a surrogate that ships with the package: from disk with `--allow-read`, from where the package was
 * imported with `--allow-net`. Its bytes are those that were judged: their SHA-256 is checked.
 *
 * @param name Which: a key of `prebuiltSurrogates`, which says what each is.
 * @returns The surrogate.
 * @throws {TypeError} If there is none of that name, or it cannot be had.
 * @throws {FormatError} If the file is another one.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { prebuilt } from "@likely/prebuilt";
 *
 * const artifact = await prebuilt("influenza");
 * assertEquals(artifact.kind, "posterior");
 * ```
 */
export async function prebuilt(name: PrebuiltName): Promise<Artifact> {
  const known = Object.hasOwn(prebuiltSurrogates, name) ? prebuiltSurrogates[name] : undefined;
  if (known === undefined) {
    throw new TypeError(
      `Cannot load a surrogate as its name must be one of ${
        Object.keys(prebuiltSurrogates).join(", ")
      }: current value is ${JSON.stringify(name)}`,
    );
  }
  return await fetchArtifact(new URL(known.file, import.meta.url), known.sha256);
}
