// Seven statistics of a voltage trace, whatever the time between its samples.

import { CURRENT_OFF, CURRENT_ON, SAMPLES } from "./_hh_voltage.ts";

// The last tenth of the time before the current.
const LATE_REST = 9_225;
// Spikes count when more than half a millisecond apart.
const APART = 25;
const THRESHOLD = -10;

/** As `hodgkinHuxleyStatistics`, of `[SAMPLES / stride]` samples, both switches of the current among them. */
export function summariseVoltage(voltage: Float64Array): Float64Array {
  const stride = SAMPLES / voltage.length;
  const on = CURRENT_ON / stride;
  const rest = moments(voltage, 0, on);
  const lateRest = moments(voltage, Math.round(LATE_REST / stride), on);
  // Strictly between both switches.
  const [first, end] = [on + 1, CURRENT_OFF / stride - 1];
  const { mean, m2, m3, m4 } = moments(voltage, first, end);
  const count = countSpikes(voltage, first, end, APART / stride);
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
function countSpikes(voltage: Float64Array, first: number, end: number, apart: number): number {
  let count = 0;
  let last = -Infinity;
  for (let i = first; i < end; i++) {
    const v = voltage[i]!;
    if (!(v > THRESHOLD && voltage[i + 1]! >= v && voltage[i + 2]! < voltage[i + 1]!)) continue;
    if (i - last > apart) count++;
    last = i;
  }
  return count;
}
