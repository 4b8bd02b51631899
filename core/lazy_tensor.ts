/**
 * The tensor layer for those who may never need it: TensorFlow.js takes longer to load than
 * everything else together, so losses and networks name it here and engines load it.
 *
 * A program that uses tensors anyway imports `@likely/core/tensor`.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { loadTensors, tf } from "@likely/core/lazy-tensor";
 *
 * await loadTensors();
 * const [value] = await tf.exp(1).data();
 * assertAlmostEquals(value!, Math.E, 1e-6);
 * ```
 *
 * @module
 */

import { heldTensors, type TensorLayer } from "./_tensor_holder.ts";

export { backendInUse, type TensorLayer, tf } from "./_tensor_holder.ts";

// No literal in `import()`: what can be read off a module is fetched with it, TensorFlow.js's 300 MB for
// programs that never make a tensor.
const LAYER: string = "./tensor.ts";

/**
 * Loads `@likely/core/tensor`, and fetches TensorFlow.js where it is not there yet; from then on {@linkcode tf} is
 * that. Modules that are files need `--allow-read` for it. Bundlers do not follow: a bundle that is to have tensors
 * imports `@likely/core/tensor` itself.
 *
 * @returns What engines need of the tensor layer.
 * @throws {Error} If it cannot be loaded.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { backendInUse, loadTensors } from "@likely/core/lazy-tensor";
 *
 * const { useBackend } = await loadTensors();
 * await useBackend("cpu");
 * assertEquals(backendInUse(), "cpu");
 * ```
 */
export async function loadTensors(): Promise<TensorLayer> {
  try {
    return heldTensors() ?? await import(LAYER);
  } catch (cause) {
    throw new Error(
      `Cannot load tensors as TensorFlow.js must be within reach: ${
        (cause as Error).message
      }; allow reading ` +
        "and fetching it, or import @likely/core/tensor where bundlers see it",
      { cause },
    );
  }
}
