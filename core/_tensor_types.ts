/** The functional interface of TensorFlow.js. */
export type TensorLibrary = typeof import("@tensorflow/tfjs");
