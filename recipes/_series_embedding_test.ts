import { assertEquals } from "@std/assert";
import { key, type Points, points, simulate } from "@likely/core";
import {
  autoregressive,
  bernoulliGlmRaw,
  driftDiffusion,
  gaussianField,
  separableField,
  sisGillespie,
  slcpDistractors,
} from "@likely/simulators";
import { seriesEmbedding } from "./_series_embedding.ts";

async function simulated(task: ReturnType<typeof autoregressive>, n = 300): Promise<Points> {
  return (await simulate(key(0), task, n)).x;
}

Deno.test("seriesEmbedding() sees a series and a field by convolutions", async () => {
  const series = seriesEmbedding(await simulated(autoregressive()));
  assertEquals([series?.size, series?.filters.length], [[500], 2]);
  assertEquals(seriesEmbedding(await simulated(gaussianField(), 50))?.size, [625]);
});

Deno.test("seriesEmbedding() leaves alone what has no order, or is short", async () => {
  // Trials in a row alternate between answers and times, as alike far apart as near.
  assertEquals(seriesEmbedding(await simulated(driftDiffusion({ trials: 100 }))), undefined);
  for (const task of [separableField(), slcpDistractors(), sisGillespie(), bernoulliGlmRaw()]) {
    assertEquals(seriesEmbedding(await simulated(task)), undefined, task.simulator.name);
  }
  const { data } = await simulated(autoregressive());
  // The same numbers in an order of their own.
  const shuffled = points(
    data.map((_, k) => data[500 * Math.floor(k / 500) + (k % 500) * 7 * 31 % 500]!),
    500,
  );
  assertEquals(seriesEmbedding(shuffled), undefined);
});
