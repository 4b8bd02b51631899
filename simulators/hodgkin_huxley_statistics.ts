/**
 * What the Hodgkin–Huxley task keeps of a voltage trace.
 *
 * @module
 */

import { requireLength } from "@likely/core/check";
import { CURRENT_OFF, CURRENT_ON, SAMPLES } from "./_hh_voltage.ts";

// The last tenth of the time before the current.
const LATE_REST = 9_225;
// Spikes count when more than half a millisecond apart.
const APART = 25;
const THRESHOLD = -10;

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
  const rest = moments(voltage, 0, CURRENT_ON);
  const lateRest = moments(voltage, LATE_REST, CURRENT_ON);
  // Strictly between both switches.
  const [first, end] = [CURRENT_ON + 1, CURRENT_OFF - 1];
  const { mean, m2, m3, m4 } = moments(voltage, first, end);
  const count = countSpikes(voltage, first, end);
  return Float64Array.of(
    count,
    rest.mean,
    Math.sqrt(lateRest.m2),
    mean,
    m2,
    m3 / (m2 * Math.sqrt(m2)),
    m4 / (m2 * m2),
  );
}

/** The mean and central moments of samples `first`, …, `end − 1`. */
function moments(voltage: Float64Array, first: number, end: number) {
  let mean = 0;
  for (let i = first; i < end; i++) mean += voltage[i]!;
  mean /= end - first;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = first; i < end; i++) {
    const d = voltage[i]! - mean;
    const square = d * d;
    m2 += square;
    m3 += square * d;
    m4 += square * square;
  }
  const n = end - first;
  return { mean, m2: m2 / n, m3: m3 / n, m4: m4 / n };
}

// The time of a spike is one sample before its peak: the last that is above threshold and rises.
function countSpikes(voltage: Float64Array, first: number, end: number): number {
  let count = 0;
  let last = -Infinity;
  for (let i = first; i < end; i++) {
    const v = voltage[i]!;
    if (!(v > THRESHOLD && voltage[i + 1]! >= v && voltage[i + 2]! < voltage[i + 1]!)) continue;
    if (i - last > APART) count++;
    last = i;
  }
  return count;
}
