// Applies the repairs that no backend is needed for: once in a process, and only to the version
// they were written for.

import * as tfjs from "@tensorflow/tfjs";
import { repairGradients } from "./_tensor_gradients.ts";
import { repairTape } from "./_tensor_tape.ts";

const VERSION = "4.22.0";
// In the global registry: two copies of this package share one engine.
const REPAIRED = Symbol.for("@likely/core/tensor: repaired");

/**
 * Repairs TensorFlow.js; a second call does nothing.
 *
 * @param version The version at hand.
 * @throws {Error} If the version is another one, or its internals are not the known ones.
 */
export function repairTensorFlow(version: string = tfjs.version_core): void {
  const prototype = Object.getPrototypeOf(tfjs.engine());
  requireKnownEngine(version);
  if (prototype[REPAIRED]) return;
  repairTape();
  repairGradients();
  prototype[REPAIRED] = true;
}

function requireKnownEngine(version: string): void {
  const engine = tfjs.engine() as unknown as Record<string, unknown>;
  const isKnown = typeof engine.addTapeNode === "function" && typeof engine.state === "object";
  if (version === VERSION && isKnown) return;
  throw new Error(
    `Cannot repair the gradients of TensorFlow.js as its version must be ${VERSION}: current value is ${version}`,
  );
}
