/**
 * Ten recordings of cortical neurons, by the statistics of the Hodgkin–Huxley task.
 *
 * @module
 */

/** A recording, summarised. */
export interface HodgkinHuxleyRecording {
  /** The cell's number in the Allen Cell Types Database. */
  readonly cell: number;
  /** The sweep of that cell. */
  readonly sweep: number;
  /** `[7]`: as `hodgkinHuxleyStatistics`. */
  readonly statistics: readonly number[];
}

/**
 * Ten recordings under a step of current, 1,450 ms from 815 ms of the sweep on, less 14 mV of
 * junction potential.
 *
 * Each cell was given a current of its own, 0.85 to 2.28 µA/cm², and only the first cell's is
 * simulated: the task is misspecified, as the original study has it.
 *
 * Source: statistics computed from the Allen Cell Types Database, © Allen Institute for Brain
 * Science, https://celltypes.brain-map.org; cells and sweeps as chosen by Gao, Deistler & Macke
 * (2023), https://arxiv.org/abs/2305.15208. The voltage traces are not included.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hodgkinHuxleyRecordings } from "@likely/simulators";
 *
 * const [first] = hodgkinHuxleyRecordings;
 * assertEquals(first?.statistics.length, 7);
 * ```
 */
export const hodgkinHuxleyRecordings: readonly HodgkinHuxleyRecording[] = [
  { cell: 518290966, sweep: 57, statistics: [12, -86.6186, 0.0582, -59.7432, 73.567, 5.7112, 49.658] },
  { cell: 509881736, sweep: 39, statistics: [25, -81.1308, 0.0870, -52.9775, 157.607, 3.9325, 19.156] },
  { cell: 566517779, sweep: 46, statistics: [20, -74.1033, 0.0894, -58.7519, 99.876, 5.6100, 40.260] },
  { cell: 567399060, sweep: 38, statistics: [11, -88.6419, 0.0363, -60.0989, 66.887, 5.6948, 55.009] },
  { cell: 569469018, sweep: 44, statistics: [12, -85.2603, 0.0610, -60.0999, 88.374, 5.4269, 44.131] },
  { cell: 532571720, sweep: 42, statistics: [18, -90.0501, 0.0443, -55.1992, 130.439, 4.6210, 29.031] },
  { cell: 555060623, sweep: 34, statistics: [13, -76.5612, 0.0667, -55.2037, 60.089, 5.3759, 42.084] },
  { cell: 534524026, sweep: 29, statistics: [25, -75.7323, 0.0884, -58.5761, 143.220, 4.7270, 26.793] },
  { cell: 532355382, sweep: 33, statistics: [22, -82.6109, 0.0623, -56.0025, 117.028, 4.6565, 28.522] },
  { cell: 526950199, sweep: 37, statistics: [22, -79.4535, 0.0435, -59.3550, 118.891, 5.3234, 34.070] },
];
