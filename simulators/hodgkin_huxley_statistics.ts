/**
 * What the Hodgkin–Huxley task keeps of a voltage trace.
 *
 * @module
 */

import { requireLength } from "@likely/core/check";
import { summariseVoltage } from "./_hh_statistics.ts";
import { SAMPLES } from "./_hh_voltage.ts";

/**
 * Summarises a voltage trace by seven numbers: the count of spikes under current; the mean voltage
 * at rest, and its standard deviation in the last tenth of the rest; then mean, variance, skewness
 * and kurtosis (3 for a normal) of the voltage under current.
 *
 * A spike is a peak above −10 mV, more than 0.5 ms after the one before. Units: 1, mV, mV, mV,
 * mV², 1, 1. Standard deviation and variance divide by the number of samples.
 *
 * Source: Gonçalves et al. (2020), "Training deep neural density estimators to identify
 * mechanistic models of neural dynamics", https://doi.org/10.7554/eLife.56261, in the form of
 * Gao, Deistler & Macke (2023), https://arxiv.org/abs/2305.15208.
 *
 * @param voltage `[72500]` in mV, sampled as `hodgkinHuxleyVoltage` does.
 * @returns `[7]`; not finite where the voltage is not.
 * @throws {TypeError} If the trace has another length.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@likely/core";
 * import { hodgkinHuxleyStatistics, hodgkinHuxleyVoltage } from "@likely/simulators";
 *
 * const voltage = hodgkinHuxleyVoltage(key(0), [50, 5, 0.02, 0.05, 600, 60, 0, 75]);
 * assertEquals(hodgkinHuxleyStatistics(voltage)[0], 12);
 * ```
 */
export function hodgkinHuxleyStatistics(voltage: Float64Array): Float64Array {
  requireLength("summarise a voltage", "the trace", voltage.length, SAMPLES);
  return summariseVoltage(voltage);
}
