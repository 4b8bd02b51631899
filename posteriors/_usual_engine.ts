import { type Engine, firstOf, UnsupportedError } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";

/**
 * Who evaluates a surrogate where nobody is named: the fused engine. It has programs for all that
 * recipes make unless told otherwise; TensorFlow.js, many times its size, is never loaded for the
 * rest but has to be passed.
 */
export function usualEngine(): Engine {
  return firstOf([fusedEngine(), {
    name: "others",
    trainStep: refuse,
    logDensity: refuse,
    logDensities: refuse,
  }]);
}

function refuse(): Promise<never> {
  return Promise.reject(
    new UnsupportedError(
      "pass one as `engine`, such as defaultEngine() of @likely/recipes, which has tensors",
    ),
  );
}
