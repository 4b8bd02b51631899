/**
 * The tensor layer: the only module that touches TensorFlow.js.
 *
 * @module
 */

import * as tfjs from "@tensorflow/tfjs";

/** The functional interface of TensorFlow.js. */
export type TensorLibrary = typeof import("@tensorflow/tfjs");
/** TensorFlow.js, with its gradients repaired. */
export const tf: TensorLibrary = tfjs;
/** A rank-0 tensor. */
export type Scalar = tfjs.Scalar;
/** A rank-1 tensor. */
export type Vector = tfjs.Tensor1D;
/** A rank-2 tensor. */
export type Matrix = tfjs.Tensor2D;
/** A tensor of any rank. */
export type Tensor = tfjs.Tensor;
/** A trainable tensor. */
export type Variable = tfjs.Variable;
