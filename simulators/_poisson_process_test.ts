import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { foldIn, key, type Noise, stream } from "@likely/core";
import { momentsOf } from "./_coupling_test.ts";
import { PoissonProcess } from "./_poisson_process.ts";

// Components by a plain sum of their letters' codes in powers: enough to tell the names of one process.
function noiseOf(seed: number): Noise {
  const number = (name: string) => [...name].reduce((sum, c) => (sum * 131 + c.charCodeAt(0)) % 2 ** 31, 7);
  return { of: (component) => stream(foldIn(key(seed), number(component))) };
}

Deno.test("PoissonProcess counts as Poisson variates, independent where times do not overlap", () => {
  const n = 3000;
  // Within a leaf, over a leaf's end, over the end of a stretch, and over several stretches.
  const times = [5, 40, 130, 400, 1000];
  const counts = Array.from({ length: n }, (_, i) => {
    const process = new PoissonProcess(noiseOf(i), "a", 200);
    return times.map((time) => process.count(time));
  });
  const increments = times.map((_, j) => Float64Array.from(counts, (c) => c[j]! - (c[j - 1] ?? 0)));
  increments.forEach((values, j) => {
    const length = times[j]! - (times[j - 1] ?? 0);
    const { mean, variance, meanError, varianceError } = momentsOf(values);
    assertAlmostEquals(mean, length, 4 * meanError);
    assertAlmostEquals(variance, length, 4 * varianceError);
    if (j === 0) return;
    const other = increments[j - 1]!;
    const centred = momentsOf(other).mean;
    const products = momentsOf(values.map((v, i) => (v - mean) * (other[i]! - centred)));
    assertAlmostEquals(products.mean, 0, 4 * products.meanError);
  });
});

Deno.test("PoissonProcess is one process, however it is asked", () => {
  for (let seed = 0; seed < 20; seed++) {
    const events = new PoissonProcess(noiseOf(seed), "a", 300);
    const times = Array.from({ length: 700 }, (_, i) => events.timeOf(i));
    assert(times.every((time, i) => i === 0 || time > times[i - 1]!));
    for (const jumps of [[650], [1, 10, 33, 600], [300, 301, 550]]) {
      const process = new PoissonProcess(noiseOf(seed), "a", 300);
      for (const time of jumps) {
        assertEquals(process.count(time), times.filter((event) => event <= time).length);
      }
    }
  }
});
