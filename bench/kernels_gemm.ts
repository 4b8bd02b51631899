/** How fast are the engine's matrix products, alone and next to stock TensorFlow.js? */

import { format, type Row } from "./_measure.ts";
import { bestMicroseconds, runner } from "./_kernels.ts";
import { PEAK_FLOP, peakRunner } from "./_peak.ts";
import { readyStock, stockProduct } from "./_stock_tfjs.ts";

/** The question of the table. */
export const question = "GEMM 512 × 128 × 128, float32, one thread";

/** Three transpose cases on both builds and on stock TensorFlow.js, as shares of the core's peak. */
export async function rows(): Promise<Row[]> {
  await readyStock();
  const flop = 2 * 512 * 128 * 128;
  const speed = (microseconds: number) => flop / microseconds / 1e3;
  const peak = PEAK_FLOP / bestMicroseconds(await peakRunner()) / 1e3;
  const out: Row[] = [{ what: "relaxed_madd on registers alone: the peak", value: peak, unit: "GFLOP/s" }];
  for (const [name, m, k, transpose] of CASES) {
    const [rowsA, columnsA] = transpose.a ? [k, m] : [m, k];
    const a = { data: new Float32Array(m * k).fill(0.3), shape: [rowsA, columnsA] as [number, number] };
    const [rowsB, columnsB] = transpose.b ? [128, k] : [k, 128];
    const b = { data: new Float32Array(128 * k).fill(0.7), shape: [rowsB, columnsB] as [number, number] };
    const theirs = speed(bestMicroseconds(stockProduct(a, b, transpose)));
    for (const build of ["relaxed", "plain"] as const) {
      const ours = speed(bestMicroseconds(await runner(build, { m, n: 128, k, ...transpose })));
      const share = `${format(100 * ours / peak)} % of peak, ${format(ours / theirs)} × stock`;
      out.push({ what: `${name}, ${build}: ${share}`, value: ours, unit: "GFLOP/s" });
    }
    out.push({ what: `${name}, stock tfjs-wasm`, value: theirs, unit: "GFLOP/s" });
  }
  return out;
}

const CASES: readonly (readonly [string, number, number, { a?: boolean; b?: boolean }])[] = [
  ["forward x · W", 512, 128, {}],
  ["input gradient y · Wᵀ", 512, 128, { b: true }],
  ["weight gradient xᵀ · y", 128, 512, { a: true }],
];
