import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawNormal, key, points, standardisation, stream } from "@likely/core";
import { noisyTargets } from "./noisy_targets.ts";

function normals(n: number) {
  const random = stream(key(0));
  return points(Float64Array.from({ length: 2 * n }, (_, k) => drawNormal(random, 3, k % 2 ? 10 : 1)), 2);
}

Deno.test("noisyTargets() widens every column by its own spread", () => {
  const x = normals(500);
  const before = standardisation(x);
  const { mean, std } = standardisation(noisyTargets(key(1), x, { count: 20_000, noise: 2 }));
  for (let j = 0; j < 2; j++) {
    // The variance is five times the data's; 20,000 rows leave 0.5 % of the deviation.
    assertAlmostEquals(std[j]! / before.std[j]!, Math.sqrt(5), 4 * 0.005 * Math.sqrt(5));
    assertAlmostEquals(mean[j]!, before.mean[j]!, 4 * std[j]! / Math.sqrt(20_000));
  }
});

Deno.test("noisyTargets() without noise gives rows of x, all kinds of them", () => {
  const x = normals(20);
  const targets = noisyTargets(key(2), x, { count: 500, noise: 0 });
  const known = new Set(Array.from({ length: 20 }, (_, i) => x.data[2 * i]!));
  const met = new Set(Array.from({ length: 500 }, (_, i) => targets.data[2 * i]!));
  assertEquals([...met].filter((value) => !known.has(value)), []);
  assertEquals(met.size, 20);
});

Deno.test("noisyTargets() leaves x alone, follows its key, and can be none", () => {
  const x = normals(20);
  const kept = x.data.slice();
  assertEquals(noisyTargets(key(3), x), noisyTargets(key(3), x));
  assert(noisyTargets(key(3), x).data[0] !== noisyTargets(key(4), x).data[0]);
  assertEquals(x.data, kept);
  assertEquals(noisyTargets(key(3), x, { count: 0 }).n, 0);
  assertThrows(() => noisyTargets(key(3), x, { noise: -1 }), RangeError, "noise");
});

Deno.test("noisyTargets() does not measure noise by a few rows that are far from all others", () => {
  const x = normals(500);
  x.data[0] = 1e9;
  const plain = standardisation(normals(500)).std;
  const { data, n } = noisyTargets(key(5), x, { count: 2000, noise: 2 });
  const away = Float64Array.from({ length: n }, (_, i) => Math.abs(data[2 * i]! - 3)).sort();
  // Half of them within a few deviations of the others, and none of the noise of size 1e7.
  assert(away[n >> 1]! > plain[0]! && away[n >> 1]! < 5 * plain[0]!, `${away[n >> 1]}`);
});
