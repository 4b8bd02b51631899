// Where TensorFlow.js is once it is loaded. Apart, so that those who use it late need not load it.

import type { useBackend } from "./_tensor_backend.ts";
import type { TensorLibrary } from "./_tensor_types.ts";

/** What engines need of the tensor layer. */
export interface TensorLayer {
  /** TensorFlow.js. */
  readonly tf: TensorLibrary;
  /** Chooses the backend. */
  readonly useBackend: typeof useBackend;
}

const absent = new Proxy({}, {
  get: (_, name) => {
    throw new TypeError(
      `Cannot use tf.${String(name)} as tensors must be loaded: import @likely/core/tensor or await ` +
        `loadTensors() before`,
    );
  },
}) as TensorLibrary;

/** TensorFlow.js; what it says before it is loaded is how to load it. */
export let tf: TensorLibrary = absent;

let held: TensorLayer | undefined;

/** Puts it there. */
export function holdTensors(layer: TensorLayer): void {
  held = layer;
  tf = layer.tf;
}

/** The layer, once it is loaded. */
export function heldTensors(): TensorLayer | undefined {
  return held;
}

/** The backend in use; undefined before tensors are loaded. */
export function backendInUse(): string | undefined {
  return tf === absent ? undefined : tf.getBackend();
}
