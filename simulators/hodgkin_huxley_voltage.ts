/**
 * The membrane voltage of a Hodgkin–Huxley neuron under a step of current.
 *
 * @module
 */

import { type Key, stream } from "@likely/core";
import { requireLength } from "@likely/core/check";
import { fillVoltage, SAMPLES } from "./_hh_voltage.ts";

/**
 * Simulates the voltage of a Hodgkin–Huxley neuron,
 * `C V′ = g_Na m³h (E_Na − V) + (g_K n⁴ + g_M p)(E_K − V) + g_leak (E_leak − V) + I(t) + σ ξ(t)`,
 * by exponential Euler in steps of 0.02 ms from −86.78 mV. The current, 0.9154 µA/cm², flows from
 * 205 to 1,205 ms.
 *
 * Source: Pospischil et al. (2008), "Minimal Hodgkin–Huxley type models for different classes of
 * cortical and thalamic neurons", https://doi.org/10.1007/s00422-008-0263-8; constants and current
 * as in Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208. The functions of the
 * voltage are read from tables 1/64 mV apart: below threshold that moves the voltage by less than
 * 1e-6 mV, and a spike by about a microsecond.
 *
 * @param key The key to consume; row i of `hodgkinHuxley().simulator` under a key is
 * `foldIn(key, i)` here.
 * @param theta `[8]`: as the prior of `hodgkinHuxley`.
 * @returns `[72500]`, in mV: sample i is at `0.02 i` ms. NaN where θ makes no sense, as a negative
 * conductance does.
 * @throws {TypeError} If θ does not have eight numbers.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { key } from "@likely/core";
 * import { hodgkinHuxleyVoltage } from "@likely/simulators";
 *
 * const voltage = hodgkinHuxleyVoltage(key(0), [50, 5, 0.02, 0.05, 600, 60, 0.1, 75]);
 * assert(voltage.subarray(0, 10_000).every((v) => v < -60));
 * assert(voltage.some((v) => v > 20));
 * ```
 */
export function hodgkinHuxleyVoltage(key: Key, theta: ArrayLike<number>): Float64Array {
  requireLength("simulate a Hodgkin-Huxley neuron", "theta", theta.length, 8);
  const voltage = new Float64Array(SAMPLES);
  fillVoltage(stream(key), theta, voltage);
  return voltage;
}
