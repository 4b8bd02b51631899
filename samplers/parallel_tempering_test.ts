import { assert, assertEquals, assertThrows } from "@std/assert";
import { foldIn, key, numericDensity, zeros } from "@likely/core";
import { parallelTempering } from "./parallel_tempering.ts";

// N(−10, 1) with weight 0.3 and N(10, 1) with 0.7: fifty nats deep between them.
const hills = numericDensity("hills", 1, ([x]) => {
  const [a, b] = [Math.log(0.3) - 0.5 * (x! + 10) ** 2, Math.log(0.7) - 0.5 * (x! - 10) ** 2];
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
});

Deno.test("parallel tempering gives well-separated modes their weights, wherever it starts", () => {
  const kernel = parallelTempering(hills, { warmup: 100 });
  const start = { ...zeros(16, 1), data: new Float64Array(16).fill(-10) };
  let state = kernel.init(key(0), start);
  const right = new Float64Array(16);
  for (let t = 0; t < 900; t++) {
    state = kernel.step(foldIn(key(1), t), state)[0];
    if (t >= 100) state.position.data.forEach((x, c) => right[c]! += (x > 0 ? 1 : 0) / 800);
  }
  const mean = right.reduce((a, b) => a + b) / 16;
  const error = Math.sqrt(right.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 15 / 16);
  assert(Math.abs(mean - 0.7) < 4 * error && error < 0.04, `${mean} ± ${error}`);
  const { value } = hills.evaluate(state.position);
  assert(state.logDensity.every((v, c) => Math.abs(v - value[c]!) < 1e-9));
});

Deno.test("parallel tempering refuses temperatures that do not rise from 1", () => {
  assertThrows(() => parallelTempering(hills, { temperatures: [2, 4] }), RangeError, "rise from 1");
  assertThrows(() => parallelTempering(hills, { temperatures: [] }), RangeError, "rise from 1");
  assertEquals(parallelTempering(hills).name, "parallel_tempering");
});
