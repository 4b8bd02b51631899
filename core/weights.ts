/**
 * Weights by name: their shapes follow from the spec, their start from a key.
 *
 * @module
 */

/** A float32 array with its shape, row-major. */
export interface Weight {
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** `product(shape)` values. */
  readonly data: Float32Array;
}

/** Weights by name, in the order of {@linkcode weightShapes}. */
export type Weights = Readonly<Record<string, Weight>>;
