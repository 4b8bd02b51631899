/**
 * A surrogate that answers: its artifact, and what runs it.
 *
 * @module
 */

import { type Artifact, type ConditionalDensity, decodeArtifact, type Engine, sha256 } from "@likely/core";
import { evaluationEngine } from "@likely/kernels/evaluation-engine";
import { checkCurrent } from "./_deadline.ts";

/** A trained surrogate, ready to be asked. */
export interface Surrogate {
  /** What was trained. */
  readonly artifact: Artifact;
  /** Of the file: 64 hexadecimal digits, its name for caches. */
  readonly sha256: string;
  /** Who evaluates it. */
  readonly engine: Engine;
}

/**
 * Opens the file of a trained surrogate.
 *
 * @param bytes The file.
 * @param kernels The kernels, compiled: `kernels` of this package, or what a host made of `kernels.wasm`.
 * @returns The surrogate.
 * @throws {FormatError} If the file is damaged or of another version.
 * @throws {TypeError} If `kernels` is another module; if the prior is one of the user's own, which no file holds.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeArtifact, key } from "@likely/core";
 * import { kernels, openSurrogate } from "@likely/edge";
 * import { npe, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await npe(key(0), twoMoons(), { simulations: 200, maxEpochs: 1 });
 * const { sha256 } = await openSurrogate(encodeArtifact(artifact), kernels);
 * assertEquals(sha256.length, 64);
 * ```
 */
export async function openSurrogate(
  bytes: Uint8Array<ArrayBuffer>,
  kernels: WebAssembly.Module,
): Promise<Surrogate> {
  const artifact = decodeArtifact(bytes);
  if (artifact.prior.kind === "custom") {
    throw new TypeError(
      `Cannot serve a surrogate as its prior must be one that files hold: current value is ` +
        `"${artifact.prior.name}", one of the user's own`,
    );
  }
  const engine = evaluationEngine(kernels, { before: checkCurrent });
  return { artifact, sha256: await sha256(bytes), engine: prepared(engine) };
}

/** A density is one whatever is asked of it: it is prepared once, and not for every request. */
function prepared(engine: Engine): Engine {
  const densities = new WeakMap<Artifact, ReturnType<Engine["density"]>>();
  return {
    ...engine,
    density: (artifact) => {
      const found = densities.get(artifact);
      if (found) return found;
      const made = engine.density(artifact).then((density) => ({
        ...kept(density),
        [Symbol.dispose]: () => {},
      }));
      densities.set(artifact, made);
      return made;
    },
  };
}

function kept({ name, logDensity, sample }: ConditionalDensity): ConditionalDensity {
  return { name, logDensity, sample };
}
