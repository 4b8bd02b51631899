import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawTruncatedNormal, key, normalCdf, stream } from "@likely/core";
import { assertPairs, columns, couplings, failures, momentsOf, repeated } from "./_coupling_test.ts";
import { toggleSwitch } from "./toggle_switch.ts";

const THETA = [22, 12, 4, 4.5, 325, 0.25, 0.15];
// Expression goes to 0, where truncation matters.
const LOW = [0.5, 0.5, 1, 1, 300, 0.01, 0.4];

// The model in other words, with the truncated normals of the core and one stream.
function plain([a1, a2, b1, b2, mu, sigma, gamma]: number[], steps: number, n: number): Float64Array {
  const random = stream(key(21));
  const positive = (mean: number, sd: number) => drawTruncatedNormal(random, mean, sd, 0, Infinity);
  return Float64Array.from({ length: n }, () => {
    let [u, v] = [10, 10];
    for (let t = 0; t < steps; t++) {
      [u, v] = [
        positive(0.97 * u + a1! / (1 + v ** b1!) - 1, 0.5),
        positive(0.97 * v + a2! / (1 + u ** b2!) - 1, 0.5),
      ];
    }
    return positive(mu! + u, mu! * sigma! / u ** gamma!);
  });
}

Deno.test("toggleSwitch() has at each level the moments of the model, simulated in other words", () => {
  for (const [theta, n] of [[THETA, 2000], [LOW, 2000]] as const) {
    const levels = columns(toggleSwitch({ steps: [5, 20, 60] }), repeated(theta, n), 0);
    [5, 20, 60].forEach((steps, l) => {
      const [a, b] = [momentsOf(levels[l]!), momentsOf(plain([...theta], steps, n))];
      assertAlmostEquals(a.mean, b.mean, 4 * Math.hypot(a.meanError, b.meanError));
      assertAlmostEquals(a.variance, b.variance, 4 * Math.hypot(a.varianceError, b.varianceError));
    });
  }
});

Deno.test("toggleSwitch() draws truncated normals after one step, in closed form", () => {
  // α = 0 and v^β → 10^β: u₁ is normal about 8.7; a wide observation is cut at 0.
  const n = 20_000;
  const theta = repeated([0, 0, 1, 1, 100, 3, 0], n);
  const [x] = columns(toggleSwitch({ steps: [1, 2] }), theta, 0);
  const share = (limit: number) => {
    const [below, above] = [normalCdf(-108.7 / 300), normalCdf((limit - 108.7) / 300)];
    return (above - below) / (1 - below);
  };
  for (const limit of [50, 200, 500]) {
    const expected = share(limit);
    const error = Math.sqrt(expected * (1 - expected) / n);
    assertAlmostEquals(x!.filter((v) => v < limit).length / n, expected, 4 * error + 1e-4);
  }
  assert(x!.every((v) => v >= 0));
});

Deno.test("toggleSwitch() couples its levels, and a pair is two runs bit for bit", () => {
  const measured = couplings(toggleSwitch(), 2000);
  assert(measured.every(({ matched, unmatched }) => matched < unmatched / 2), JSON.stringify(measured));
  const halves = couplings(toggleSwitch({ steps: [30, 60, 120, 240] }), 1000);
  halves.forEach(({ matched }, l) =>
    assert(l === 0 || matched < halves[l - 1]!.matched, JSON.stringify(halves))
  );
  assertPairs(toggleSwitch(), 50);
  assertPairs(toggleSwitch({ normal: "code", steps: [1, 7] }), 50);
  assertEquals(toggleSwitch().simulator.levels!.map(({ cost }) => cost), [50, 80, 300]);
});

Deno.test("toggleSwitch() is finite and not negative over the prior, also as the code has it", () => {
  for (const normal of ["truncated", "code"] as const) {
    assertEquals(failures(toggleSwitch({ normal }), 1000), [0, 0, 0]);
  }
  // The first gene is not repressed: u rises to 49 / 0.03.
  const open = repeated([50, 0.01, 5, 5, 450, 0.5, 0.01], 2000);
  const last = (normal: "truncated" | "code", theta: typeof open) =>
    columns(toggleSwitch({ normal }), theta, 0)[2]!;
  assert(last("code", open).every((x) => x <= 2000) && last("truncated", open).some((x) => x > 2000));
  // Nothing is cut here, and all noise is smaller by √2; the early steps are not linear in it.
  const [code, truncated] = (["code", "truncated"] as const).map((normal) =>
    momentsOf(last(normal, repeated([20, 0.01, 5, 5, 325, 0.25, 0.15], 2000))).variance
  );
  assertAlmostEquals(code! / truncated!, 0.5, 0.04);
});

Deno.test("toggleSwitch() refuses steps that do not rise, and unknown normals", () => {
  assertThrows(
    () => toggleSwitch({ steps: [0, 50] }),
    RangeError,
    "Cannot build a toggle switch as steps must be a whole number >= 1: current value is 0",
  );
  assertThrows(() => toggleSwitch({ steps: [80, 50] }), RangeError, "steps must rise: 50 comes after 80");
  assertThrows(() => toggleSwitch({ steps: [80] }), RangeError, "two levels at least");
  assertThrows(() => toggleSwitch({ normal: "exact" as "code" }), RangeError, "one of truncated, code");
});
