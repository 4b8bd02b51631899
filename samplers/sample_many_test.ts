import { assert, assertEquals, assertThrows } from "@std/assert";
import { independent, key, type LogDensity, normal, numericDensity } from "@likely/core";
import { sampleMany } from "./sample_many.ts";
import { stackTargets } from "./stack_targets.ts";

const places = [-3, 0, 5];
const hill = (at: number) => numericDensity(`hill at ${at}`, 1, ([t]) => -0.5 * (t! - at) ** 2);
const start = independent({ t: normal(0, 4) });

for (const sampler of ["nuts", "slice", "hmc", "random_walk"] as const) {
  Deno.test(`sampleMany() with ${sampler} keeps targets apart`, async () => {
    const all = await sampleMany(key(1), stackTargets(places.map(hill)), start, {
      sampler,
      chains: 4,
      warmup: 200,
      draws: 300,
    });
    assertEquals(all.map(({ chains }) => chains), [4, 4, 4]);
    all.forEach(({ values }, t) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      assert(Math.abs(mean - places[t]!) < 0.3, `${mean}`);
    });
  });
}

Deno.test("stackTargets() calls each target once for all its points", () => {
  const rows: number[] = [];
  const targets = places.map(hill).map((target): LogDensity => ({
    ...target,
    evaluate: (p, options) => (rows.push(p.n), target.evaluate(p, options)),
  }));
  const points = { data: new Float64Array(5), n: 5, dim: 1 };
  const { value, grad } = stackTargets(targets).evaluate(points, { chains: [5, 0, 3, 8, 1] });
  assertEquals(rows.toSorted(), [1, 2, 2]);
  assertEquals(Array.from(value), [-12.5, -4.5, -4.5, -12.5, -0]);
  assert(Math.abs(grad![0]! - 5) < 1e-6 && Math.abs(grad![1]! + 3) < 1e-6);
  assertEquals(
    stackTargets(targets).evaluate(points, { gradient: false, chains: [0, 0, 0, 0, 0] }).grad,
    undefined,
  );
});

Deno.test("stackTargets() refuses targets of different widths, and none", () => {
  const flat = numericDensity("flat", 2, () => 0);
  assertThrows(() => stackTargets([hill(0), flat]), TypeError, "current widths are [1,2]");
  assertThrows(() => stackTargets([]), TypeError, "there must be some");
});
