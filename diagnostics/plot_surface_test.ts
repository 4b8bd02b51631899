import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { type Points, row } from "@likely/core";
import { likelihoodSurface } from "./likelihood_surface.ts";
import { plotSurface } from "./plot_surface.ts";
import { renderSvg } from "./render_svg.ts";

const AXES = ["a.b[0]", 'x"<', "c"].map((name, j) => ({ name, low: -3 - j, high: 3 + j, cells: 15 + j }));

function hill(top: readonly number[]): (theta: Points) => Float64Array {
  return (theta) =>
    Float64Array.from(
      { length: theta.n },
      (_, i) => -row(theta, i).reduce((sum, value, j) => sum + (value - top[j]!) ** 2, 0),
    );
}

const exact = likelihoodSurface(AXES, hill([1, -1, 0.5]));
const surrogate = likelihoodSurface(AXES, hill([0.5, -1, 0.5]));

Deno.test("plotSurface() shows every name as it is", async () => {
  const spec = plotSurface(exact, {
    compare: surrogate,
    labels: ["truth <1>", "net"],
    truth: [1, -1, 0],
    parameters: [1, 0],
  });
  const svg = await renderSvg(spec);
  for (const text of ["a.b[0]", "x&quot;&lt;", "truth &lt;1&gt;", "95 % region"]) {
    assertStringIncludes(svg.replaceAll('"&lt;', "&quot;&lt;"), text);
  }
  assert(svg.length < 100_000, `${svg.length} characters`);
});

Deno.test("plotSurface() copes with what is impossible", async () => {
  const values = exact.values.map((value, k) => k % 3 ? value : -Infinity);
  assertStringIncludes(await renderSvg(plotSurface({ ...exact, values })), "<path");
});

Deno.test("plotSurface() refuses one axis, other grids and other lengths", () => {
  const line = likelihoodSurface(AXES.slice(0, 1), hill([0]));
  assertThrows(() => plotSurface(line), RangeError, "number of axes");
  assertThrows(() => plotSurface(exact, { compare: line }), TypeError, "one grid");
  assertThrows(() => plotSurface(exact, { truth: [1] }), TypeError, "truth");
  assertThrows(() => plotSurface(exact, { parameters: [0, 3] }), RangeError, "parameter");
});
