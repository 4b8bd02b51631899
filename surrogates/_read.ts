import { UnsupportedError } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Tensor } from "@likely/core/tensor";

/** Tells whether results can be read without waiting; a GPU's cannot. */
export function canReadNow(): boolean {
  return tf.getBackend() !== "webgpu";
}

/** Requires that results can be read without waiting. */
export function requireReadable(): void {
  if (canReadNow()) return;
  throw new UnsupportedError(
    "Cannot evaluate on webgpu as results must be read without waiting: use the wasm or cpu backend",
  );
}

/** Reads a tensor, disposes of it and hands on its values, at once where the backend can. */
export function read<T>(tensor: Tensor, use: (values: Float32Array) => T | Promise<T>): T | Promise<T> {
  if (canReadNow()) {
    const values = tensor.dataSync<"float32">();
    tensor.dispose();
    return use(values);
  }
  return tensor.data<"float32">().then(use).finally(() => tensor.dispose());
}
