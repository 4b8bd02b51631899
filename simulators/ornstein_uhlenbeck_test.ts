import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, points } from "@likely/core";
import { assertPairs, columns, couplings, failures, momentsOf, repeated } from "./_coupling_test.ts";
import { ornsteinUhlenbeck, type OrnsteinUhlenbeckOptions } from "./ornstein_uhlenbeck.ts";

const THETA = [0.7, 1.3, 0.4];

// Mean and variance of Euler's steps by their recursion.
function eulerMoments([rate, mean, sd]: number[], steps: number, to: number): [number, number] {
  const dt = 10 / steps;
  let [m, v] = [2, 0];
  for (let i = 0; i < to; i++) {
    [m, v] = [m + rate! * (mean! - m) * dt, v * (1 - rate! * dt) ** 2 + sd! ** 2 * dt];
  }
  return [m, v];
}

function assertMoments(values: Float64Array, [mean, variance]: [number, number]) {
  const measured = momentsOf(values);
  assertAlmostEquals(measured.mean, mean, 4 * measured.meanError);
  assertAlmostEquals(measured.variance, variance, 4 * measured.varianceError);
}

Deno.test("ornsteinUhlenbeck() has the moments of its levels, in closed form", () => {
  const theta = repeated(THETA, 10_000);
  const [low, high] = columns(ornsteinUhlenbeck(), theta, 2);
  assertMoments(low!, [1.3, 0.16 / 1.4]);
  assertMoments(high!, eulerMoments(THETA, 100, 11));
  const steps = [5, 10, 20, 100];
  columns(ornsteinUhlenbeck({ levels: "steps" }), theta, 1).forEach((values, l) =>
    assertMoments(values, eulerMoments(THETA, steps[l]!, 2 * steps[l]! / 5))
  );
});

Deno.test("ornsteinUhlenbeck() has an exact likelihood: the entropy of simulated rows, and products of it", () => {
  for (const options of [{}, { summary: "path" }, { levels: "steps" }] as OrnsteinUhlenbeckOptions[]) {
    const { simulator } = ornsteinUhlenbeck(options);
    const theta = repeated(THETA, 4000);
    const log = momentsOf(simulator.logLikelihood!(theta, simulator.simulate(key(2), theta)));
    // Of a Gaussian: −(d + log |2π Σ|) / 2, and d / 2 is the variance; |Σ| is the product of the steps' variances.
    const at = options.summary === "path"
      ? Array.from({ length: 100 }, (_, i) => i + 1)
      : options.levels
      ? [20, 40, 60, 80, 100]
      : [1, 4, 11, 32, 100];
    const logs = at.map((to, i) =>
      Math.log(2 * Math.PI * eulerMoments(THETA, 100, to - (at[i - 1] ?? 0))[1])
    );
    assertAlmostEquals(log.mean, -(at.length + logs.reduce((a, b) => a + b)) / 2, 4 * log.meanError);
    assertAlmostEquals(log.variance, at.length / 2, 4 * log.varianceError);
  }
});

Deno.test("ornsteinUhlenbeck() with four parameters starts where it is told, the low level aside", () => {
  const task = ornsteinUhlenbeck({ parameters: 4, rate: { low: 0.5, high: 1.5 } });
  const theta = fromRows([[...THETA, 0], [...THETA, 4]]);
  const [low, high] = columns(task, points(theta.data, 4), 0);
  assertEquals([task.prior.names, task.prior.support[0]], [["gamma", "mu", "sigma", "x0"], {
    low: 0.5,
    high: 1.5,
  }]);
  assert(Math.abs(high![1]! - high![0]!) > 2 && Math.abs(low![1]! - low![0]!) < 2);
  const log = task.simulator.logLikelihood!(points(theta.data, 4), task.simulator.simulate(key(14), theta));
  const swapped = task.simulator.logLikelihood!(
    fromRows([[...THETA, 4], [...THETA, 0]]),
    task.simulator.simulate(key(14), theta),
  );
  assert(log[0]! > swapped[0]! && log[1]! > swapped[1]!);
  const given = ornsteinUhlenbeck().simulator.simulate(key(3), fromRows([THETA])).data;
  assertEquals(task.simulator.simulate(key(3), fromRows([[...THETA, 2]])).data, given);
});

Deno.test("ornsteinUhlenbeck() by time step: differences fall with the step, and need the same noise", () => {
  const measured = couplings(ornsteinUhlenbeck({ levels: "steps", steps: [10, 20, 40, 80] }), 2000);
  measured.forEach(({ matched, unmatched }, l) => {
    assert(matched < unmatched / 5, `level ${l}: ${matched} of ${unmatched}`);
    // Of order one: a quarter for half the step.
    if (l > 0) assert(matched < measured[l - 1]!.matched / 3, `level ${l}: ${matched}`);
  });
  const rough = couplings(ornsteinUhlenbeck({ levels: "steps" }), 2000);
  assert(rough.every(({ matched, unmatched }) => matched < unmatched));
  const [paper] = couplings(ornsteinUhlenbeck(), 2000);
  assert(paper!.matched < paper!.unmatched);
});

Deno.test("ornsteinUhlenbeck() is finite over the prior, and its last level is the simulator", () => {
  for (const options of [{}, { summary: "five-code" }, { levels: "steps" }, { parameters: 4 }] as const) {
    assert(failures(ornsteinUhlenbeck(options), 1000).every((failed) => failed === 0));
    assertPairs(ornsteinUhlenbeck(options), 10);
  }
});

Deno.test("ornsteinUhlenbeck() refuses steps that do not refine, and unknown choices", () => {
  const steps = (...values: number[]) => () => ornsteinUhlenbeck({ levels: "steps", steps: values });
  assertThrows(
    steps(0, 5),
    RangeError,
    "Cannot build an Ornstein-Uhlenbeck task as steps must be a whole number >= 1: current value is 0",
  );
  assertThrows(steps(5), RangeError, "two levels at least: current number is 1");
  assertThrows(steps(10, 5), RangeError, "steps must rise: 5 comes after 10");
  assertThrows(steps(10, 25), RangeError, "multiples of those of the level below: 25 comes after 10");
  assertThrows(
    () => ornsteinUhlenbeck({ steps: [1, 2] }),
    RangeError,
    'steps must be left out where levels are "paper"',
  );
  assertThrows(
    () => ornsteinUhlenbeck({ levels: "steps", summary: "five" }),
    RangeError,
    "summary must be left out",
  );
  assertThrows(() => ornsteinUhlenbeck({ rate: { low: 0, high: 1 } }), RangeError, "the low end of rate");
  assertThrows(
    () => ornsteinUhlenbeck({ parameters: 5 as 4 }),
    RangeError,
    "one of 3, 4: current value is 5",
  );
  assertThrows(
    () => ornsteinUhlenbeck({ summary: "all" as "path" }),
    RangeError,
    "one of five, five-code, path",
  );
});
