import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type AdaptiveWeighting, reweigh, type TermGradient } from "./weighting.ts";

const BASE = { every: 1, decay: 0.9, range: [1e-3, 1e3], over: "all" } as const;

/** What a rule sees of gradients given in full. */
function look(first: readonly number[], own: readonly number[], value: number): TermGradient {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  return { value, squared: dot(own, own), dot: dot(own, first), sum: own.reduce((sum, v) => sum + v, 0) };
}

const G0 = [3, -1, 2, 0];
const G1 = [1, 4, -2, 2];
const G2 = [0, 0.5, 0, -0.5];
const TERMS = [look(G0, G0, 0.6), look(G0, G1, 2), look(G0, G2, 0.1)];

function weigh(rule: AdaptiveWeighting["rule"], terms = TERMS): number[] {
  return reweigh({ ...BASE, rule }, terms, 4);
}

Deno.test("gradient_norm makes every weighted term pull with its share of the loss's own pull", () => {
  const [first, one, two] = weigh("gradient_norm");
  assertEquals(first, 1);
  assertAlmostEquals(one! * Math.hypot(...G1), Math.hypot(...G0) / 2, 1e-12);
  assertAlmostEquals(two! * Math.hypot(...G2), Math.hypot(...G0) / 2, 1e-12);
});

Deno.test("gradient_sum makes all weighted gradients equally long", () => {
  const total = [G0, G1, G2].reduce((sum, g) => sum + Math.hypot(...g), 0);
  weigh("gradient_sum").forEach((weight, k) =>
    assertAlmostEquals(weight * Math.hypot(...[G0, G1, G2][k]!), total, 1e-12)
  );
});

Deno.test("gradient_spread compares standard deviations over the weights", () => {
  const std = (g: readonly number[]) => {
    const mean = g.reduce((sum, v) => sum + v, 0) / g.length;
    return Math.sqrt(g.reduce((sum, v) => sum + (v - mean) ** 2, 0) / g.length);
  };
  assertAlmostEquals(weigh("gradient_spread")[1]!, std(G0) / (2 * std(G1)), 1e-12);
});

Deno.test("min_norm finds the shortest mixture of two gradients", () => {
  const weight = weigh("min_norm", TERMS.slice(0, 2))[1]!;
  const length = (a: number) => Math.hypot(...G0.map((v, i) => (1 - a) * v + a * G1[i]!));
  const a = weight / (1 + weight);
  for (const nearby of [a - 1e-3, a + 1e-3]) assertEquals(length(nearby) > length(a), true);
});

Deno.test("loss_ratio compares the terms themselves", () => {
  assertAlmostEquals(weigh("loss_ratio")[1]!, 0.6 / (2 * 2), 1e-12);
});

Deno.test("weights are running means within their range, and vanished gradients change nothing", () => {
  const weighting = { ...BASE, rule: "gradient_norm" } as const;
  const still = look(G0, [0, 0, 0, 0], 0);
  assertEquals(reweigh(weighting, [TERMS[0]!, still], 4, [1, 5]), [1, 5]);
  assertEquals(reweigh(weighting, [TERMS[0]!, still], 4), [1, 1]);
  const tiny = look(G0, [1e-9, 0, 0, 0], 0);
  assertEquals(reweigh(weighting, [TERMS[0]!, tiny], 4), [1, 1e3]);
});
