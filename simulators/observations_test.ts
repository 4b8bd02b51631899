import { assert, assertEquals } from "@std/assert";
import { key, row } from "@likely/core";
import { gaussianMixtureAce } from "./gaussian_mixture_ace.ts";
import { linearGaussianShifted } from "./linear_gaussian_shifted.ts";
import { observations } from "./observations.ts";
import { twoMoons } from "./two_moons.ts";

Deno.test("observations() are simulated by the model, unless told otherwise", () => {
  const task = twoMoons();
  const x = observations(key(1), task, { n: 50 });
  // The first column is 0.25 + r cos a − |θ₁ + θ₂|/√2, the second (θ₂ − θ₁)/√2 + r sin a.
  for (let i = 0; i < 50; i++) {
    const [a, b] = row(x, i) as unknown as [number, number];
    assert(a < 0.4 && a > -1.25 && Math.abs(b) < 1.6);
  }
});

Deno.test("observations() that are misspecified have left the range of the simulations, by one step at most", () => {
  const task = linearGaussianShifted();
  const x = observations(key(2), task, { misspecified: true });
  const simulated = task.simulator.simulate(key(3), task.prior.sample(key(4), 100_000));
  const columns = Array.from({ length: x.dim }, (_, j) => {
    const column = Array.from({ length: simulated.n }, (_, k) => simulated.data[k * x.dim + j]!);
    const centre = column.reduce((a, b) => a + b) / column.length;
    return { centre, sd: Math.sqrt(column.reduce((sum, v) => sum + (v - centre) ** 2, 0) / column.length) };
  });
  for (let i = 0; i < x.n; i++) {
    const excess = Math.max(...columns.map(({ centre, sd }, j) => Math.abs(row(x, i)[j]! - centre) / sd));
    // Of 100,000 normals the largest lies at 4.4 sds, give or take 0.3.
    assert(excess > 3.8 && excess < 5.8, `${excess}`);
  }
});

Deno.test("observations() of the mixture that are misspecified have points near 12.5", () => {
  const x = observations(key(5), gaussianMixtureAce(), { n: 40, misspecified: true });
  let far = 0;
  for (let i = 0; i < 5 * x.n; i++) {
    const [a, b] = [Math.abs(x.data[2 * i]!), Math.abs(x.data[2 * i + 1]!)];
    assert(a < 14 && b < 14);
    if (Math.abs(a - 12.5) < 2 && Math.abs(b - 12.5) < 2) far++;
  }
  // Half of 200, with a standard error of 7, and the few of the others that lie there.
  assert(far > 72 && far < 140, `${far}`);
});

Deno.test("observations() depend on the key alone, the first rows not on how many follow", () => {
  for (const misspecified of [false, true]) {
    const all = observations(key(6), twoMoons(), { n: 4, misspecified });
    assertEquals(observations(key(6), twoMoons(), { n: 2, misspecified }).data, all.data.slice(0, 4));
    assert(observations(key(7), twoMoons(), { n: 4, misspecified }).data[0] !== all.data[0]);
  }
});
