// Digits and windows: what is shown follows the spread of the numbers, not their size, and a few
// stray ones hide nothing.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { drawNormal, drawPermutation, type Draws, fromRows, key, points, stream } from "@likely/core";
import { outsideOf, windowOf } from "./_columns.ts";
import { inUnits } from "./_in_units.ts";
import { roundIn } from "./_round.ts";
import { ticksInside } from "./_ticks.ts";
import { likelihoodSurface } from "./likelihood_surface.ts";
import { plotAutocorrelation } from "./plot_autocorrelation.ts";
import { plotChainRanks } from "./plot_chain_ranks.ts";
import { plotPairs } from "./plot_pairs.ts";
import { plotPredictive } from "./plot_predictive.ts";
import { plotSurface } from "./plot_surface.ts";
import { plotTrace } from "./plot_trace.ts";
import { plotTraining } from "./plot_training.ts";
import { checkReference, referenceCloud } from "./reference_cloud.ts";
import { renderSvg } from "./render_svg.ts";
import { reportNumber } from "./report_number.ts";
import { formatSummary, summary } from "./summary.ts";

function drawsAt(center: number, sd: number, length = 250): Draws {
  const random = stream(key(5));
  const values = Float64Array.from({ length: 4 * length }, () => center + sd * drawNormal(random));
  return { names: ["p"], chains: 4, length, values, info: { sampler: "test", evaluations: 0 }, warnings: [] };
}

/** The numbers written along axes, in order. */
function labelsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text!);
}

/** Mean vertical steps of the lines: 0 where a picture is empty. */
function heightOf(svg: string): number {
  const ys = Array.from(svg.matchAll(/<path[^>]* d="(M[^"Z]*L[^"]*)"/g))
    .filter(([, d]) => d!.length > 400)
    .flatMap(([, d]) => Array.from(d!.matchAll(/,(-?[\d.]+)/g), ([, y]) => Number(y)));
  return Math.max(...ys) - Math.min(...ys);
}

const PLACES = [[101325.385, 0.005], [1e9, 1e-3], [-5e5, 0.1], [1e-12, 1e-17], [0, 1e-18], [3, 1e12], [
  1,
  1e-9,
]];

for (const [center, sd] of PLACES as [number, number][]) {
  Deno.test(`traces and pairs of ${center} ± ${sd} are full and their numbers differ`, async () => {
    const draws = drawsAt(center, sd);
    for (const spec of [plotTrace(draws), plotPairs(draws)]) {
      const svg = await renderSvg(spec);
      assert(!/NaN|undefined|Infinity/.test(svg));
      assert(heightOf(svg) > 60, `${heightOf(svg)} pixels`);
      const numbers = labelsOf(svg).filter((text) => /^[−-]?[\d.]/.test(text) && !text.includes("%"));
      assert(numbers.length >= 1);
      assertEquals(new Set(numbers).size, numbers.length, numbers.join(" "));
    }
  });

  Deno.test(`a prediction and a surface at ${center} ± ${sd} are full and their numbers differ`, async () => {
    const random = stream(key(6));
    const rows = Array.from(
      { length: 40 },
      () => [0, 1, 2].map((t) => center + sd * (t + drawNormal(random))),
    );
    const predicted = plotPredictive({
      t: [1, 2, 3],
      observed: [0, 1, 2].map((t) => center + sd * t),
      replicates: fromRows(rows),
      xLabel: "t",
      yLabel: "y",
    });
    const axes = ["a", "b"].map((name) => ({ name, low: center - 4 * sd, high: center + 4 * sd, cells: 20 }));
    const surface = likelihoodSurface(
      axes,
      ({ data, n }) =>
        Float64Array.from(
          { length: n },
          (_, i) => -0.5 * (((data[2 * i]! - center) / sd) ** 2 + ((data[2 * i + 1]! - center) / sd) ** 2),
        ),
    );
    for (const spec of [predicted, plotSurface(surface)]) {
      const svg = await renderSvg(spec);
      assert(!/NaN|undefined|Infinity/.test(svg));
      const numbers = labelsOf(svg).filter((text) => /\d/.test(text) && !text.includes("%"));
      assert(new Set(numbers).size >= 4, numbers.join(" "));
    }
    const places = JSON.stringify(plotSurface(surface)).match(/"u":-?[\d.e+-]+/g)!;
    assert(new Set(places).size > 50, `${new Set(places).size} places`);
  });
}

Deno.test("ticksInside() ends on every window, and its numbers differ", () => {
  for (
    const [low, high] of [[1e15, 1e15 + 4], [1, 1 + 4e-16], [-1e-300, 1e-300], [0, 1e300], [5e-324, 1e-323]]
  ) {
    const { values } = ticksInside({ low: low!, high: high! }, { least: 3, room: () => 0.01 });
    assert(Array.isArray(values));
  }
  const found = ticksInside({ low: 101325.37, high: 101325.4 }, { least: 3, room: () => 0.02 });
  assertEquals(found, { values: [101325.375, 101325.38, 101325.385, 101325.39, 101325.395], format: ".3f" });
});

Deno.test("numbers have three digits of their spread", () => {
  assertEquals(inUnits(101325.385, 0.005), "101325.38500");
  assertEquals(inUnits(-1.23456e-18, 2e-20), "-1.2346e-18");
  assertEquals(inUnits(123456789, 2e6), "1.2346e+8");
  assertEquals(inUnits(101325.385, 0), "101325.385");
  assertEquals(inUnits(1e-25, 1e-18), "1.00e-25");
  assertEquals([reportNumber(101325.385), reportNumber(101325.385, 4, 0.005)], [
    "101\u202f325",
    "101\u202f325.38500",
  ]);
  const table = formatSummary(summary(drawsAt(101325.385, 0.005)));
  assert(/^p +101325\.38\d{3} +0\.00\d{3} /.test(table.split("\n")[1]!), table);
  const tiny = formatSummary(summary(drawsAt(1e-12, 1e-17))).split("\n")[1]!;
  assert(/^p +(9\.99999\d{1,3}e-13|1\.00000\d{1,3}e-12) +\d\.\d\de-1[78] /.test(tiny), tiny);
});

Deno.test("roundIn() keeps what can be seen in the window, and no more", () => {
  const window = { low: 101325.3, high: 101325.5 };
  assertEquals(roundIn(window, 101325.3851234567), 101325.38512);
  assertEquals(roundIn({ low: 0, high: 1 }, 0.123456789), 0.1235);
  // Beyond float64's own digits there is nothing to round.
  assertEquals(roundIn({ low: 1e17, high: 1e17 + 32 }, 1e17 + 16), 1e17 + 16);
});

Deno.test("stray draws do not squeeze a picture, and a note tells of them", async () => {
  const draws = drawsAt(0, 1);
  const values = draws.values.slice();
  [values[17], values[400], values[401]] = [1e6, -3e7, -40];
  const window = windowOf([values]);
  assert(window.low > -8 && window.high < 8, `${window.low} to ${window.high}`);
  const note = "3 of 1\u202f000 draws lie outside";
  assertEquals(outsideOf([values], window), note);
  for (const spec of [plotTrace({ ...draws, values }), plotPairs({ ...draws, values })]) {
    const svg = await renderSvg(spec);
    assertStringIncludes(svg, note);
    assert(heightOf(svg) > 60, `${heightOf(svg)} pixels`);
  }
  // No note, and nothing left out, where nothing is far.
  assertEquals(outsideOf([draws.values], windowOf([draws.values])), undefined);
  assert(!(await renderSvg(plotTrace(draws))).includes("outside"));
  // A small mode is no stray.
  const modes = draws.values.map((x, i) => i % 50 === 0 ? x + 100 : x);
  assert(windowOf([modes]).high > 100);
});

Deno.test("one epoch gone wrong does not squeeze the others", async () => {
  const train = Array.from({ length: 50 }, (_, i) => i === 20 ? 1e9 : 2 + 1 / (i + 1));
  const svg = await renderSvg(plotTraining({ train, validation: train }));
  assertStringIncludes(svg, "2 of 100 losses lie outside");
});

Deno.test("a reference knows an observation 50 sds off wherever the data are", () => {
  for (const offset of [0, 1e5, -1e9, 1e12]) {
    const random = stream(key(8));
    const data = Float64Array.from(
      { length: 4000 },
      () => offset + 0.005 * Math.max(1, Math.abs(offset) / 1e9) * drawNormal(random),
    );
    const sd = 0.005 * Math.max(1, Math.abs(offset) / 1e9);
    const check = checkReference(referenceCloud(points(data, 2)));
    assertEquals(check.warning([offset, offset]), undefined, `at ${offset}`);
    assert(
      check.warning([offset + 50 * sd, offset])!.startsWith("The observation is unlike"),
      `at ${offset}`,
    );
  }
});

Deno.test("a reference keeps few bytes a column", () => {
  const random = stream(key(9));
  const wide = points(Float64Array.from({ length: 100 * 500 }, () => 1e3 + drawNormal(random)), 500);
  const { low, step } = referenceCloud(wide);
  assert(JSON.stringify(low).length / 500 < 9 && JSON.stringify(step).length / 500 < 11);
});

Deno.test("plots and references take more numbers than a call has arguments", () => {
  const many = drawsAt(0, 1, 50_000);
  for (const plotOf of [plotTrace, plotChainRanks, plotAutocorrelation]) assert(plotOf(many));
  assert(plotPairs({ ...many, names: ["p", "q"], length: 25_000 }));
  // More chains, more epochs, more data than that.
  assert(plotChainRanks({ ...many, chains: 20_000, length: 10 }));
  const losses = Array.from({ length: 200_000 }, (_, i) => 1 / (i + 1));
  assert(plotTraining({ train: losses, validation: losses }));
  const t = Float64Array.from({ length: 150_000 }, (_, i) => i);
  const replicates = points(new Float64Array(2 * t.length).map((_, k) => k % 7), t.length);
  assert(plotPredictive({ t, observed: t, replicates, xLabel: "t", yLabel: "y" }));
  const wide = points(new Float64Array(20 * 150_000).map((_, k) => Math.sin(k)), 150_000);
  assertEquals(referenceCloud(wide).low.length, 150_000);
});

Deno.test("draws that were resampled by weight have regions, not a speck for each", () => {
  const random = stream(key(10));
  const rows = Array.from({ length: 1000 }, () => [drawNormal(random), drawNormal(random)]);
  // Each of them four times, in no order.
  const order = drawPermutation(random, 4000);
  const values = Float64Array.from({ length: 8000 }, (_, k) => rows[order[k >> 1]! % 1000]![k % 2]!);
  const info = { sampler: "importance", evaluations: 1000, ess: 1000 };
  const spec = plotPairs({ names: ["a", "b"], chains: 1, length: 4000, values, info, warnings: [] });
  const rings = JSON.stringify(spec).match(/"u":null/g)!.length;
  // Two levels; a ring or a few for each, as noise has it.
  assert(rings < 20, `${rings} rings`);
});
