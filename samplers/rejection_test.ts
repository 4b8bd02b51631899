import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { independent, key, type LogDensity, normal, numericDensity, uniform } from "@likely/core";
import { rejection } from "./rejection.ts";

const box = independent({ a: uniform(-1, 1), b: uniform(-1, 1) });
const ring = numericDensity("ring", 2, ([a, b]) => -0.5 * ((Math.hypot(a!, b!) - 0.6) / 0.05) ** 2);

Deno.test("rejection() draws exactly, knows its bound and repeats itself", async () => {
  const draws = await rejection(key(0), ring, box, { draws: 4000 });
  const radius = Array.from(
    { length: 4000 },
    (_, i) => Math.hypot(draws.values[2 * i]!, draws.values[2 * i + 1]!),
  );
  // The radius has density ∝ r exp(−(r − 0.6)²/2·0.05²): mean 0.6 + 0.05²/0.6.
  const mean = radius.reduce((a, b) => a + b) / 4000;
  assertAlmostEquals(mean, 0.6 + 0.0025 / 0.6, 4 * 0.05 / Math.sqrt(4000));
  // The ratio's top is 1 / (1/4), and 5 % above it is the bound.
  assertAlmostEquals(Number(draws.info.logBound), Math.log(4 * 1.05), 1e-6);
  // ∫ ring / (4 · 1.05)
  assertAlmostEquals(
    Number(draws.info.acceptance),
    2 * Math.PI * 0.6 * 0.05 * Math.sqrt(2 * Math.PI) / 4.2,
    0.01,
  );
  assertEquals(draws.warnings, []);
  assertEquals((await rejection(key(0), ring, box, { draws: 4000 })).values, draws.values);
});

Deno.test("rejection() uses a proposal that is no box", async () => {
  const target = numericDensity("narrow", 1, ([t]) => -0.5 * ((t! - 1) / 0.5) ** 2);
  const { values } = await rejection(key(1), target, independent({ t: normal(0, 1) }), { draws: 2000 });
  const mean = values.reduce((a, b) => a + b) / 2000;
  const variance = values.reduce((sum, v) => sum + (v - 1) ** 2, 0) / 2000;
  assertAlmostEquals(mean, 1, 4 * 0.5 / Math.sqrt(2000));
  assertAlmostEquals(variance, 0.25, 4 * 0.25 * Math.sqrt(2 / 2000));
});

Deno.test("rejection() raises a bound that is exceeded, and says so", async () => {
  // A spike too thin for any search to see, that rows hit now and then.
  const target: LogDensity = {
    name: "spike",
    dim: 1,
    evaluate: ({ data }) => ({ value: data.map((t) => Math.abs(t - 0.3) < 1e-4 ? Math.log(150) : 0) }),
  };
  const draws = await rejection(key(3), target, independent({ t: uniform(0, 1) }), {
    draws: 3000,
    batch: 20000,
    starts: 1,
  });
  const share = draws.values.filter((t) => Math.abs(t - 0.3) < 1e-4).length / 3000;
  // 150 · 0.0002 / (0.9998 + 0.03)
  assertAlmostEquals(share, 0.03 / 1.0298, 0.0125);
  assert(draws.warnings[0]?.startsWith("The bound was exceeded 1 times"), `${draws.warnings}`);
});

Deno.test("rejection() returns what it has when time runs out, with a warning", async () => {
  const slow: LogDensity = {
    ...ring,
    evaluate: (p, options) => {
      for (const end = performance.now() + 5; performance.now() < end;);
      return ring.evaluate(p, options);
    },
  };
  const draws = await rejection(key(4), slow, box, { draws: 1e9, seconds: 0.5, starts: 1 });
  assert(draws.length < 1e9 && draws.values.length === 2 * draws.length);
  assert(draws.warnings[0]!.startsWith("Time ran out after 0.5 seconds"));
});
