import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  drawNormal,
  independent,
  key,
  type LevelDefinition,
  leveled,
  type Noise,
  normal,
  simulator,
} from "@likely/core";
import { chooseLevels } from "./choose_levels.ts";
import { jointVariances } from "./joint_variances.ts";
import { levelSampler } from "./level_sampler.ts";
import { mlmc } from "./mlmc.ts";

/** theta + scale · noise, one number. */
function level(scale: number, cost?: number): LevelDefinition {
  return {
    ...(cost !== undefined && { cost }),
    simulate: (noise: Noise, theta: Float64Array) => [theta[0]! + scale * drawNormal(noise.of("x"))],
  };
}

const PRIOR = independent({ mu: normal(1, 0.5) });
const shift = (...levels: LevelDefinition[]) => leveled({ name: "shift", thetaDim: 1, xDim: 1, levels });
const THREE = shift(level(0.5, 1), level(0.9, 10), level(1, 100));
const square = (_theta: Float64Array, x: Float64Array) => [x[0]! ** 2];

Deno.test("sample i depends on the key, the level and i alone", async () => {
  const sampler = levelSampler(THREE, PRIOR, (theta, x) => [theta[0]!, x[0]!], { outputs: 2 });
  const whole = await sampler.sample(key(1), 2, 700, 0);
  const part = await sampler.sample(key(1), 2, 300, 250);
  assertEquals(part.fine, whole.fine.slice(500, 1100));
  assertEquals(part.coarse, whole.coarse!.slice(500, 1100));
  const [below, alone] = [await sampler.sample(key(1), 1, 700, 0), sampler.together!(key(1), 700)];
  assertEquals(below.fine, whole.coarse);
  assertEquals([alone[1], alone[2]], [below.fine, whole.fine]);
});

Deno.test("parameters are draws of the prior, or fixed", async () => {
  const theta = (given: typeof PRIOR | number[]) => levelSampler(THREE, given, ([mu]) => [mu!]);
  const { fine } = await theta(PRIOR).sample(key(2), 0, 4000, 0);
  const mean = fine.reduce((a, b) => a + b, 0) / 4000;
  assert(Math.abs(mean - 1) < 3 * 0.5 / Math.sqrt(4000), `${mean}`);
  assertEquals(new Set(fine).size, 4000);
  assertEquals(new Set((await theta([0.3]).sample(key(2), 0, 50, 10)).fine), new Set([0.3]));
});

Deno.test("costs are those of both halves, or of one where one run gives both; or are not known", () => {
  const of = (...levels: LevelDefinition[]) => levelSampler(shift(...levels), PRIOR, square);
  assertEquals(levelSampler(THREE, PRIOR, square).costs, [1, 11, 110]);
  assertEquals(levelSampler(THREE, PRIOR, square).fineCosts, [1, 10, 100]);
  const paired: LevelDefinition = {
    ...level(1, 10),
    simulatePair: (noise, theta) => {
      const z = drawNormal(noise.of("x"));
      return { fine: [theta[0]! + z], coarse: [theta[0]! + 0.9 * z] };
    },
  };
  assertEquals(of(level(0.9, 1), paired).costs, [1, 10]);
  const both = of(level(0.9, 1), paired).sample(key(3), 1, 10, 0);
  assertEquals(both, of(level(0.9, 1), level(1, 10)).sample(key(3), 1, 10, 0));
  assertEquals(of(level(0.9), level(1, 10)).costs, undefined);
});

Deno.test("from a simulator to an estimate: E x² = 1 + 0.25 + 1", async () => {
  const sampler = levelSampler(THREE, PRIOR, square);
  const { estimate, error, gain } = await mlmc(key(4), sampler, { tolerance: 0.03, exact: true });
  assert(Math.abs(estimate[0]! - 2.25) < 3 * error && error <= 0.03 && gain > 1);
});

Deno.test("levels compared on common noise, and the best of them chosen", () => {
  const sampler = levelSampler(THREE, [0], (_theta, x) => [x[0]!, 2 * x[0]!], { outputs: 2 });
  const variances = jointVariances(key(5), sampler, { samples: 2000, weights: [1, 0] });
  const truth = [[0.25, 0.16, 0.25], [0.16, 0.81, 0.01], [0.25, 0.01, 1]];
  // Relative errors of a variance are √(2 / n).
  variances.forEach((row, i) =>
    row.forEach((value, j) => assertAlmostEquals(value / truth[i]![j]!, 1, 3 * Math.sqrt(2 / 2000)))
  );
  const both = jointVariances(key(5), sampler, { samples: 2000 });
  assertAlmostEquals(both[0]![1]! / variances[0]![1]!, 5, 1e-9);
  // Alone, level 1 is nearly as cheap and far better than level 0.
  assertEquals(chooseLevels(truth, sampler.fineCosts!).levels, [0, 1, 2]);
  assertEquals(chooseLevels(truth, [8, 10, 100]).levels, [1, 2]);
});

Deno.test("samples that fail at one level are left out at all", () => {
  const values = [new Float64Array([0, 2, NaN, 9]), new Float64Array([0, 3, 5, Infinity])];
  const sampler = { outputs: 1, sample: () => ({ fine: values[0]! }), together: () => values };
  assertEquals(jointVariances(key(0), sampler, { samples: 4 }), [[1, 0.25], [0.25, 2.25]]);
});

Deno.test("what cannot be sampled is refused", () => {
  const plain = simulator({ name: "plain", thetaDim: 1, xDim: 1, simulate: () => [0] });
  assertThrows(
    () => levelSampler(plain, PRIOR, square),
    TypeError,
    'Cannot sample levels of "plain" as there must be two levels at least: current number is 0',
  );
  assertThrows(
    () => levelSampler(THREE, [1, 2], square),
    TypeError,
    "theta must have length 1: current length is 2",
  );
  assertThrows(
    () => levelSampler(THREE, PRIOR, square, { outputs: 0 }),
    RangeError,
    "outputs must be a whole number >= 1",
  );
  const wrong = levelSampler(THREE, PRIOR, square, { outputs: 2 });
  assertThrows(
    () => wrong.sample(key(0), 0, 1, 0),
    TypeError,
    "the quantity must have length 2: current length is 1",
  );
  const { together: _, ...alone } = levelSampler(THREE, PRIOR, square);
  assertThrows(
    () => jointVariances(key(0), alone),
    TypeError,
    "the sampler must have together(): it is absent",
  );
  assertThrows(
    () => jointVariances(key(0), wrong, { samples: 1 }),
    RangeError,
    "samples must be a whole number >= 2",
  );
  assertThrows(() => jointVariances(key(0), wrong, { weights: [] }), TypeError, "weights must have length 2");
});
