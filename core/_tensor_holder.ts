// Where TensorFlow.js is once it is loaded. Apart, so that those who use it late need not load it.

import type { TensorLibrary } from "./_tensor_types.ts";

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

/** Puts it there. */
export function holdTensors(library: TensorLibrary): void {
  tf = library;
}

/** The backend in use; undefined before tensors are loaded. */
export function backendInUse(): string | undefined {
  return tf === absent ? undefined : tf.getBackend();
}
