import { assert, assertAlmostEquals } from "@std/assert";
import { rk4 } from "./_rk4.ts";

// A turning pointer: after time t it is (cos t, −sin t).
function turned(stepsPerTime: number): number {
  const { data } = rk4(
    (state, rate) => {
      rate[0] = state[1]!;
      rate[1] = -state[0]!;
    },
    [1, 0],
    { times: 3, stepsPerTime },
  );
  return Math.hypot(data[4]! - Math.cos(3), data[5]! + Math.sin(3));
}

Deno.test("rk4() returns states as far apart as asked", () => {
  const { data } = rk4((state, rate) => rate[0] = state[0]!, [1], {
    times: 2,
    spacing: 1.5,
    stepsPerTime: 100,
  });
  assertAlmostEquals(data[0]!, Math.exp(1.5), 1e-7);
  assertAlmostEquals(data[1]!, Math.exp(3), 1e-7);
});

Deno.test("rk4() turns a pointer, with an error of fourth order", () => {
  assert(turned(100) < 1e-9);
  assertAlmostEquals(turned(10) / turned(20), 16, 1);
});
