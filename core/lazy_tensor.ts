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

export { backendInUse, tf } from "./_tensor_holder.ts";

/**
 * Loads `@likely/core/tensor`; from then on {@linkcode tf} is TensorFlow.js.
 *
 * @returns The tensor layer.
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
export async function loadTensors(): Promise<typeof import("./tensor.ts")> {
  return await import("./tensor.ts");
}
