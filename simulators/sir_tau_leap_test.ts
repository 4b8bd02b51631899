import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawExponential, drawPoisson, fromRows, key, stream } from "@likely/core";
import { assertPairs, columns, couplings, failures, momentsOf, repeated } from "./_coupling_test.ts";
import { sirTauLeap } from "./sir_tau_leap.ts";

const [BETA, GAMMA] = [0.4, 0.125];
const SMALL = { population: 300, infected: 10, end: 40, observations: 2 } as const;

// The epidemic in other words: one stream, leaps by Poisson variates, or the direct method where steps are 0.
function plain(steps: number, n: number): Float64Array {
  const random = stream(key(41));
  return Float64Array.from({ length: n }, () => {
    let [s, i, time] = [290, 10, 0];
    const tau = 20 / (steps / 2);
    for (let k = 0; k < steps / 2; k++) {
      const infections = Math.min(s, drawPoisson(random, BETA * s * i / 300 * tau));
      const recoveries = Math.min(i, drawPoisson(random, GAMMA * i * tau));
      [s, i] = [s - infections, i + infections - recoveries];
    }
    while (steps === 0 && i > 0) {
      const [infection, recovery] = [BETA * s * i / 300, GAMMA * i];
      time += drawExponential(random, infection + recovery);
      if (time > 20) break;
      if (random.uniform() * (infection + recovery) < infection) [s, i] = [s - 1, i + 1];
      else i--;
    }
    return i;
  });
}

Deno.test("sirTauLeap() has at each level the moments of the epidemic, simulated in other words", () => {
  const n = 3000;
  const levels = columns(sirTauLeap({ ...SMALL, steps: [4, 20] }), repeated([BETA, GAMMA], n), 0);
  [4, 20, 0].forEach((steps, l) => {
    const [a, b] = [momentsOf(levels[l]!), momentsOf(plain(steps, n))];
    assertAlmostEquals(a.mean, b.mean, 4 * Math.hypot(a.meanError, b.meanError));
    assertAlmostEquals(a.variance, b.variance, 4 * Math.hypot(a.varianceError, b.varianceError));
  });
});

Deno.test("sirTauLeap() differ less the finer they are, down to the exact epidemic", () => {
  const measured = couplings(sirTauLeap({ population: 3000, steps: [40, 80, 160, 320] }), 200);
  measured.slice(0, 3).forEach(({ matched, unmatched }, l) => {
    assert(matched < unmatched / 2, JSON.stringify(measured));
    // the variance falls as the step does.
    if (l > 0) assert(matched < measured[l - 1]!.matched / 1.3, JSON.stringify(measured));
  });
  // At one θ too, where the epidemic's own noise is all there is; from the last leaps to the truth once more.
  const theta = repeated([BETA, GAMMA], 200);
  const [coarse, middle, fine, exact] = columns(
    sirTauLeap({ population: 3000, steps: [160, 320, 640] }),
    theta,
    1,
  );
  const other = columns(sirTauLeap({ population: 3000, steps: [160, 320, 640] }), theta, 1, key(42));
  const variance = (a: Float64Array, b: Float64Array) => momentsOf(a.map((v, i) => v - b[i]!)).variance;
  assert(variance(fine!, middle!) < variance(middle!, coarse!) / 2);
  assert(variance(exact!, fine!) < variance(middle!, coarse!) / 2);
  assert(variance(exact!, fine!) < 0.1 * variance(exact!, other[2]!));
});

Deno.test("sirTauLeap() is finite over the prior, never has more people than there are, and may end early", () => {
  const task = sirTauLeap({ population: 1000 });
  assertEquals(failures(task, 1000), [0, 0, 0]);
  const wild = fromRows([[1e9, 0.1], [2, 1e9], [0, 0], [0.4, 0], [50, 0.5]]);
  for (const level of sirTauLeap({ population: 50 }).simulator.levels!) {
    const { data } = level.simulate(key(0), wild);
    assert(data.every((count) => Number.isInteger(count) && count >= 0 && count <= 50));
    assertEquals([...data.subarray(20, 30)], new Array(10).fill(20));
  }
  const { data } = task.simulator.simulate(key(0), fromRows([[-1, 0.1], [0.4, Infinity]]));
  assert(data.every(Number.isNaN));
  assertPairs(task, 10);
  assertEquals(sirTauLeap({ exact: false }).simulator.levels!.length, 2);
});

Deno.test("sirTauLeap() refuses steps that miss an observation, and sizes out of range", () => {
  assertThrows(
    () => sirTauLeap({ steps: [0, 10] }),
    RangeError,
    "Cannot build an epidemic by leaps as steps must be a whole number >= 1: current value is 0",
  );
  assertThrows(
    () => sirTauLeap({ steps: [10, 25] }),
    RangeError,
    "multiples of the 10 observations: current value is 25",
  );
  assertThrows(() => sirTauLeap({ steps: [40] }), RangeError, "two levels at least");
  assertThrows(
    () => sirTauLeap({ infected: 20_000 }),
    RangeError,
    "infected must be a whole number in [0, 10000]",
  );
  assertThrows(() => sirTauLeap({ end: 0 }), RangeError, "end must be a finite number > 0");
});
