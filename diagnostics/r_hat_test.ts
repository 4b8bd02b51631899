import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CASES, toDraws } from "../tests/golden/arviz_diagnostics.ts";
import { rHat } from "./r_hat.ts";

for (const { name, draws, rHat: expected } of CASES.filter(({ draws }) => draws.chains > 1)) {
  Deno.test(`rHat() agrees with ArviZ on "${name}"`, () => {
    const [value] = rHat(draws);
    if (Number.isNaN(expected)) assertEquals(value, NaN);
    else assertAlmostEquals(value!, expected, 1e-10);
  });
}

Deno.test("rHat() compares the halves of a single chain", () => {
  const steady = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
  assert(rHat(toDraws(steady, 1))[0]! < 1.02);
  assert(rHat(toDraws(steady.map((x, i) => x + i / 100), 1))[0]! > 1.5);
});

Deno.test("rHat() looks at each column by itself", () => {
  const { draws } = CASES[0]!;
  const two = Float64Array.from({ length: 2 * draws.length * draws.chains }, (_, i) => {
    return i % 2 === 0 ? draws.values[i >> 1]! : 1;
  });
  const [first, second] = rHat({ ...draws, names: ["a", "b"], values: two });
  assertEquals([first, second], [rHat(draws)[0], NaN]);
});

Deno.test("rHat() is NaN where it cannot judge", () => {
  assertEquals(rHat(toDraws([1, 2, 3], 1))[0], NaN);
  assertEquals(rHat(toDraws([1, 2, NaN, 4, 5, 6, 7, 8], 2))[0], NaN);
  assertEquals(rHat(toDraws([1, 2, Infinity, 4, 5, 6, 7, 8], 2))[0], NaN);
});

Deno.test("rHat() is infinite for two chains that stand still apart", () => {
  assertEquals(rHat(toDraws([1, 1, 1, 1, 2, 2, 2, 2], 2))[0], Infinity);
});
