import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, points, row } from "@likely/core";
import { gaussianMixture, gaussianMixturePosterior } from "./gaussian_mixture.ts";

const { simulator } = gaussianMixture();
const THETA = [2, -7] as const;

function repeated(n: number) {
  return points(Float64Array.from({ length: 2 * n }, (_, i) => THETA[i % 2]!), 2);
}

Deno.test("gaussianMixture() has a likelihood whose integral over the plane is 1", () => {
  // In rings around theta: the density depends on the radius alone. The step resolves the narrow Gaussian.
  const step = 1e-3;
  const n = 10_000;
  const radii = Float64Array.from({ length: n }, (_, i) => (i + 0.5) * step);
  const x = fromRows(Array.from(radii, (r) => [THETA[0] + 0.6 * r, THETA[1] - 0.8 * r]));
  const logs = simulator.logLikelihood!(repeated(n), x);
  const total = logs.reduce((sum, value, i) => sum + 2 * Math.PI * radii[i]! * step * Math.exp(value), 0);
  assertAlmostEquals(total, 1, 1e-5);
});

Deno.test("gaussianMixture() tosses a coin for every row, one for both coordinates", () => {
  const n = 40_000;
  const x = simulator.simulate(key(1), repeated(n));
  const squares = Array.from({ length: n }, (_, i) => {
    const at = row(x, i);
    return [(at[0]! - THETA[0]) ** 2, (at[1]! - THETA[1]) ** 2] as const;
  });
  const mean = (f: (s: readonly [number, number]) => number) => squares.reduce((a, s) => a + f(s), 0) / n;
  // E s = ½ (1 + 0.01); E s² = 3 · ½ (1 + 0.01²); E s₁ s₂ = ½ (1 + 0.01²) since both share the coin.
  const second = 1.5 * (1 + 1e-4);
  assertAlmostEquals(mean(([a]) => a), 0.505, 4 * Math.sqrt((second - 0.505 ** 2) / n));
  // E s₁² s₂² = 9 · ½.
  assertAlmostEquals(mean(([a, b]) => a * b), 0.50005, 4 * Math.sqrt((4.5 - 0.25) / n));
});

Deno.test("gaussianMixturePosterior() has density 1 in all, and draws of its mean, at a wall", () => {
  const x = [9.6, -10.3];
  const posterior = gaussianMixturePosterior(x);
  const cells = 800;
  const [width, from] = [4 / cells, [6, -10] as const];
  const at = (c: number, j: 0 | 1) => from[j] + (c + 0.5) * width;
  const theta = points(
    Float64Array.from(
      { length: 2 * cells * cells },
      (_, i) => i % 2 === 0 ? at(Math.floor(i / 2 / cells), 0) : at((i >> 1) % cells, 1),
    ),
    2,
  );
  const mass = posterior.logDensity(theta).map((value) => Math.exp(value) * width ** 2);
  // What lies further in than 4 wide sds is left out.
  assertAlmostEquals(mass.reduce((a, b) => a + b), 1, 5e-4);
  const draws = posterior.sample(key(2), 20_000);
  for (const j of [0, 1]) {
    const mean = mass.reduce((sum, m, i) => sum + m * theta.data[2 * i + j]!, 0);
    const variance = mass.reduce((sum, m, i) => sum + m * (theta.data[2 * i + j]! - mean) ** 2, 0);
    const drawn = Array.from({ length: draws.n }, (_, i) => row(draws, i)[j]!);
    assertAlmostEquals(
      drawn.reduce((a, b) => a + b) / draws.n,
      mean,
      4 * Math.sqrt(variance / draws.n) + 1e-3,
    );
  }
});

Deno.test("gaussianMixturePosterior() draws row i from key and i, and refuses what it cannot explain", () => {
  const posterior = gaussianMixturePosterior([1, 2]);
  const one = key(3);
  assertEquals(posterior.sample(one, 2).data, posterior.sample(one, 5).data.slice(0, 4));
  assertThrows(() => gaussianMixturePosterior([1]), TypeError, "x must have length 2");
  assertThrows(() => gaussianMixturePosterior([500, 0]), RangeError, "the square must have some probability");
  assert(posterior.logDensity(fromRows([[11, 0]]))[0] === -Infinity);
});
