/**
 * The tensor layer: the only entry that touches TensorFlow.js.
 *
 * Importing it repairs gradients, first and second order, on every backend;
 * {@linkcode useBackend} chooses where tensors are computed and repairs WASM kernels. Numbers are
 * float32. Nothing is collected by itself: work inside `tf.tidy`, keep what leaves it, and pass
 * variables to `tf.variableGrads` by name.
 *
 * Every operation this project uses is compared with float64 by its tests: dense layers and their
 * activations, logarithms and exponentials, sums, means, softmax and logSumExp, slicing, joining,
 * gathering, convolutions in one and two dimensions, average pooling with pad `"valid"`. Others
 * may be wrong, most of all: `maxPool`, depthwise convolutions, `einsum`, `cumprod`, `topk`,
 * `stridedSlice`, `tensorScatterUpdate`, `mirrorPad`, `gather` with `batchDims`. In a
 * `tf.customGrad` save inputs only: saved intermediates are constants to a second gradient.
 *
 * @example Usage
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { type Scalar, type Tensor, tf, useBackend } from "@likely/core/tensor";
 *
 * await useBackend("cpu");
 * const slope = tf.grad((x: Tensor) => tf.tanh(x) as Scalar);
 * const curvature = tf.grad((x: Tensor) => slope(x) as Scalar);
 * const at = tf.scalar(0.5);
 * const [value] = await curvature(at).data();
 * assertAlmostEquals(value!, -2 * Math.tanh(0.5) / Math.cosh(0.5) ** 2, 1e-6);
 * ```
 *
 * @module
 */

import * as tfjs from "@tensorflow/tfjs";
import { useBackend } from "./_tensor_backend.ts";
import { holdTensors } from "./_tensor_holder.ts";
import { repairTensorFlow } from "./_tensor_repairs.ts";
import type { TensorLibrary } from "./_tensor_types.ts";

export type { BackendName, BackendPreference, BackendReport, UseBackendOptions } from "./_tensor_backend.ts";
export { useBackend };

export type { TensorLibrary } from "./_tensor_types.ts";

repairTensorFlow();
tfjs.enableProdMode(); // no banner, and no checks of every value
holdTensors({ tf: tfjs, useBackend });

/** TensorFlow.js, with its gradients repaired. */
export const tf: TensorLibrary = tfjs;
/** A rank-0 tensor. */
export type Scalar = tfjs.Scalar;
/** A rank-1 tensor. */
export type Vector = tfjs.Tensor1D;
/** A rank-2 tensor. */
export type Matrix = tfjs.Tensor2D;
/** A rank-4 tensor: images `[n, height, width, channels]`, filters `[height, width, in, out]`. */
export type Tensor4D = tfjs.Tensor4D;
/** A tensor of any rank. */
export type Tensor = tfjs.Tensor;
/** A trainable tensor. */
export type Variable = tfjs.Variable;
