/**
 * Surrogates from anywhere, checked.
 *
 * @module
 */

import { type Artifact, decodeArtifact, FormatError, sha256 as digestOf } from "@likely/core";

/** A surrogate of more bytes is not one that a page or a worker should load unasked. */
const MOST_BYTES = 64e6;

/**
 * Loads a surrogate by its address, if the file is the one that is meant.
 *
 * @param url Where the file is: `https:`, `data:`, or `file:` where the host fetches such.
 * @param sha256 The SHA-256 of the file, 64 hexadecimal digits: what an address leads to may change.
 * @returns The surrogate.
 * @throws {TypeError} If the file cannot be had, or `sha256` is none.
 * @throws {FormatError} If the file is another one, has more than 64 MB, or is no surrogate.
 *
 * @example Usage
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { fetchArtifact } from "@likely/prebuilt";
 *
 * await assertRejects(() => fetchArtifact("data:,other", "0".repeat(64)), Error, "must have the SHA-256");
 * ```
 */
export async function fetchArtifact(url: string | URL, sha256: string): Promise<Artifact> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new TypeError(
      `Cannot fetch a surrogate as sha256 must be 64 hexadecimal digits: current value is ${
        JSON.stringify(String(sha256).slice(0, 80))
      }`,
    );
  }
  const bytes = await bytesOf(url);
  const found = await digestOf(bytes);
  if (found === sha256) return decodeArtifact(bytes);
  throw new FormatError(
    `Cannot use the surrogate at ${shown(url)} as it must have the SHA-256 ${sha256}: it has ${found}`,
  );
}

async function bytesOf(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new TypeError(
      `Cannot fetch a surrogate as ${shown(url)} must answer: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new TypeError(
      `Cannot fetch a surrogate as ${shown(url)} must answer: its status is ${response.status}`,
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length <= MOST_BYTES) return bytes;
  throw new FormatError(
    `Cannot use the surrogate at ${
      shown(url)
    } as it must have at most ${MOST_BYTES} bytes: it has ${bytes.length}`,
  );
}

/** An address for a message: one of data would fill it. */
function shown(url: string | URL): string {
  const text = String(url);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
