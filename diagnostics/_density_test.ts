import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, key, stream } from "@likely/core";
import { contour, type Ring } from "./_contour.ts";
import { type Axis, centre, density, hpdThreshold } from "./_density.ts";

const N = 20_000;

function normals(seed: number, n = N, sd = 1): Float64Array {
  const random = stream(key(seed));
  return Float64Array.from({ length: n }, () => drawNormal(random, 0, sd));
}

function perUnit(mass: Float64Array, { low, high, bins }: Axis): Float64Array {
  return mass.map((value) => value * bins / (high - low));
}

// Positive where the inside is on the left: an outer ring.
function area(ring: Ring): number {
  return ring.reduce((sum, [x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length]!;
    return sum + (x * v - u * y) / 2;
  }, 0);
}

Deno.test("density() finds a standard normal", () => {
  const axis = { low: -5, high: 5, bins: 256 };
  const found = perUnit(density({ columns: [normals(1)], length: N / 4 }, [axis]), axis);
  found.forEach((value, i) => {
    const exact = Math.exp(-(centre(axis, i) ** 2) / 2) / Math.sqrt(2 * Math.PI);
    // Four standard errors at the top, √(f / (2√π n h)) = 0.0063 with h = 0.14.
    assertAlmostEquals(value, exact, 4 * 0.0063);
  });
});

Deno.test("density() does not blur two far modes as the rule of thumb would", () => {
  const axis = { low: -12, high: 12, bins: 512 };
  const values = normals(2, N, 0.5).map((value, i) => value + (i % 2 === 0 ? 10 : -10));
  const found = perUnit(density({ columns: [values], length: N }, [axis]), axis);
  const exact = 0.5 / (0.5 * Math.sqrt(2 * Math.PI));
  // The rule of thumb (sigma 1.38 here) would leave a third of the height.
  assertAlmostEquals(Math.max(...found), exact, 0.1 * exact);
});

Deno.test("density() is not fooled by a sampler that repeats its draws", () => {
  const axis = { low: -5, high: 5, bins: 256 };
  const few = normals(3, 1000);
  const repeated = Float64Array.from({ length: 10_000 }, (_, i) => few[Math.floor(i / 10)]!);
  const found = perUnit(density({ columns: [repeated], length: 10_000 }, [axis]), axis);
  // Undersmoothed, every repeated draw would stand out as a peak of its own.
  const peaks = found.filter((value, i) => value > found[i - 1]! && value > found[i + 1]! && value > 0.02);
  assert(peaks.length <= 4, `${peaks.length} peaks`);
});

Deno.test("density() is as sharp for a chain that changes modes once as for one that mixes", () => {
  const axis = { low: -12, high: 12, bins: 512 };
  const width = normals(7, 4000, 0.5);
  const top = (sign: (i: number) => number) => {
    const values = width.map((value, i) => value + 5 * sign(i));
    return Math.max(...density({ columns: [values], length: 4000 }, [axis]));
  };
  const mixed = top((i) => i % 2 === 0 ? 1 : -1);
  const slow = top((i) => i < 2000 ? 1 : -1);
  // Halves that never meet would choose the widest blur, and half this height.
  assertAlmostEquals(slow, mixed, 0.1 * mixed);
});

Deno.test("density() reflects at an edge and so does not fall off there", () => {
  const random = stream(key(4));
  const axis = { low: 0, high: 1, bins: 256 };
  const values = Float64Array.from({ length: N }, () => random.uniform());
  const found = perUnit(density({ columns: [values], length: N }, [axis]), axis);
  assertAlmostEquals(found[0]!, 1, 0.1);
  assertAlmostEquals(found[255]!, 1, 0.1);
  assertAlmostEquals(found.reduce((sum, value) => sum + value, 0) / 256, 1, 1e-12);
});

Deno.test("density() survives a constant column and a single draw", () => {
  const axis = { low: 0, high: 2, bins: 64 };
  for (const values of [new Float64Array(50).fill(1), new Float64Array([1])]) {
    const found = density({ columns: [values], length: values.length }, [axis]);
    // A lone draw falls in the first half: half of twice its weight.
    assertAlmostEquals(found.reduce((sum, value) => sum + value, 0), 1, 1e-12);
    assert(found[32]! > 0.3);
  }
});

Deno.test("highest-density regions of a normal pair have the area −2π log(1 − level)", () => {
  const axis = { low: -5, high: 5, bins: 128 };
  const values = density({ columns: [normals(5), normals(6)], length: N / 4 }, [axis, axis]);
  for (const level of [0.5, 0.9]) {
    const rings = contour({ values, columns: 128, rows: 128 }, hpdThreshold(values, level));
    const found = rings.reduce((sum, ring) => sum + area(ring), 0) * (10 / 128) ** 2;
    const exact = -2 * Math.PI * Math.log(1 - level);
    assertAlmostEquals(found, exact, 0.05 * exact);
  }
});

Deno.test("contour() puts a crossing where linear interpolation has it", () => {
  // Zero everywhere but one node of height 4: a diamond of half-diagonal 3/4 at level 1.
  const values = new Float64Array(25);
  values[12] = 4;
  const rings = contour({ values, columns: 5, rows: 5 }, 1);
  assertEquals(rings.length, 1);
  assertAlmostEquals(area(rings[0]!), 2 * 0.75 ** 2, 1e-12);
});

Deno.test("contour() runs a hole the other way round", () => {
  const size = 41;
  const values = Float64Array.from({ length: size * size }, (_, i) => {
    const r = Math.hypot(i % size - 20, Math.floor(i / size) - 20);
    return Math.exp(-((r - 12) ** 2) / 8);
  });
  const areas = contour({ values, columns: size, rows: size }, Math.exp(-0.5)).map(area).sort((a, b) =>
    a - b
  );
  assertEquals(areas.length, 2);
  assertAlmostEquals(areas[0]!, -Math.PI * 10 ** 2, 5);
  assertAlmostEquals(areas[1]!, Math.PI * 14 ** 2, 5);
});

Deno.test("contour() closes a region at the edge of the grid and splits a saddle", () => {
  const full = contour({ values: new Float64Array(9).fill(1), columns: 3, rows: 3 }, 0.5);
  assertAlmostEquals(area(full[0]!), 4, 1e-9);
  const saddle = contour({ values: new Float64Array([1, 0, 0, 1]), columns: 2, rows: 2 }, 0.6);
  assertEquals(saddle.length, 2);
});
