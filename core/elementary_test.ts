import { assert, assertEquals } from "@std/assert";
import { asinh, cos, cosh, exp, expm1, log, log1p, pow, sin, sinh, tanh } from "./elementary.ts";
import { key } from "./key.ts";
import { stream } from "./stream.ts";

/** Units in the last place between two numbers. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(b))));
  return Math.abs(a - b) / 2 ** (exponent - 52);
}

/** Sound to this many units, beside the host's functions, which are right within one. */
const CASES: readonly [string, (x: number) => number, (x: number) => number, number, number[][]][] = [
  ["exp", exp, Math.exp, 1, [[-745, 709], [-1, 1], [-1e-8, 1e-8], [-745.2, -700]]],
  ["log", log, Math.log, 1, [[0, 10], [0.5, 2], [0.999, 1.001], [0, 1e-300], [0, 1e300]]],
  ["sin", sin, Math.sin, 1, [[-7, 7], [-1e-5, 1e-5], [-1e6, 1e6]]],
  ["cos", cos, Math.cos, 1, [[-7, 7], [1.57, 1.571], [-1e6, 1e6]]],
  ["log1p", log1p, Math.log1p, 3, [[-1, 5], [-1e-3, 1e-3], [-1e-17, 1e-17], [0, 1e20]]],
  ["expm1", expm1, Math.expm1, 3, [[-40, 40], [-1, 1], [-1e-10, 1e-10]]],
  ["tanh", tanh, Math.tanh, 4, [[-25, 25], [-1, 1], [-1e-9, 1e-9]]],
  ["sinh", sinh, Math.sinh, 4, [[-600, 600], [-1, 1], [-1e-9, 1e-9], [700, 710]]],
  ["cosh", cosh, Math.cosh, 4, [[-600, 600], [-1, 1]]],
  ["asinh", asinh, Math.asinh, 4, [[-1e3, 1e3], [-1, 1], [-1e-9, 1e-9], [1e150, 1e300]]],
];

for (const [name, ours, host, most, ranges] of CASES) {
  Deno.test(`${name}() is within ${most} units in the last place of the host's`, () => {
    const random = stream(key(7));
    for (const [low, high] of ranges as [number, number][]) {
      let worst = 0;
      for (let i = 0; i < 50_000; i++) {
        const x = low + (high - low) * random.uniform();
        // Near −745 and sinh near 710 the host's own scaling is coarser than a unit.
        worst = Math.max(worst, ulps(ours(x), host(x)));
      }
      // The host's are right within one unit themselves.
      assert(worst <= most + 1, `${name} on (${low}, ${high}): ${worst}`);
    }
  });
}

Deno.test("elementary functions at the ends of numbers", () => {
  assertEquals([exp(-Infinity), exp(Infinity), exp(NaN), exp(0), exp(-0)], [0, Infinity, NaN, 1, 1]);
  assertEquals([exp(-745.13), exp(-746), exp(709.78) < Infinity, exp(710)], [5e-324, 0, true, Infinity]);
  assertEquals([log(0), log(-0), log(-1), log(Infinity), log(NaN)], [
    -Infinity,
    -Infinity,
    NaN,
    Infinity,
    NaN,
  ]);
  assertEquals([log(1), log(5e-324)], [0, Math.log(5e-324)]);
  assertEquals([log1p(-1), log1p(-2), log1p(Infinity), log1p(-0)], [-Infinity, NaN, Infinity, -0]);
  assertEquals([expm1(-Infinity), expm1(Infinity), expm1(-0), expm1(NaN)], [-1, Infinity, -0, NaN]);
  assertEquals([tanh(-Infinity), tanh(Infinity), tanh(-0), tanh(NaN)], [-1, 1, -0, NaN]);
  assertEquals([sinh(-Infinity), sinh(-0), cosh(-Infinity), asinh(-0)], [-Infinity, -0, Infinity, -0]);
  assertEquals([asinh(Infinity), asinh(-Infinity), sinh(NaN), asinh(NaN)], [Infinity, -Infinity, NaN, NaN]);
  assertEquals([sin(Infinity), cos(NaN), sin(-0)], [NaN, NaN, -0]);
  assertEquals([pow(4, 0.5), pow(0, 2), pow(2, -Infinity)], [2, 0, 0]);
});

Deno.test("elementary functions give bits that are written down", async () => {
  const random = stream(key(1));
  const values = Float64Array.from({ length: 100_000 }, (_, i) => {
    const x = 20 * random.uniform() - 10;
    const f = [exp, (x: number) => log(Math.abs(x)), sin, cos, tanh, expm1, asinh][i % 7]!;
    return f(x);
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", values));
  assertEquals(digest.slice(0, 8).toHex(), "4a13ddca34857069");
});
