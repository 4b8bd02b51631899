import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile, type TopLevelSpec } from "vega-lite";
import { drawNormal, type Draws, key, stream } from "@likely/core";
import { coverage } from "./coverage.ts";
import { logPosterior, runOf } from "./_gaussian_case_test.ts";
import { plotAutocorrelation } from "./plot_autocorrelation.ts";
import { plotChainRanks } from "./plot_chain_ranks.ts";
import { plotCoverage } from "./plot_coverage.ts";
import { plotEcdf } from "./plot_ecdf.ts";
import { plotRankHistogram } from "./plot_rank_histogram.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { renderSvg } from "./render_svg.ts";
import { sbc } from "./sbc.ts";
import { tarp } from "./tarp.ts";

const narrow = { scale: 0.7 };
const run = await runOf(narrow);
const { rows } = sbc(key(0), run, { names: ["a.b[0]", "β"] });

/** Three chains of two parameters, the last chain apart in the second one. */
function chains(length = 300): Draws {
  const random = stream(key(4));
  const values = new Float64Array(6 * length);
  for (let i = 0; i < 3 * length; i++) {
    values[2 * i] = (i % length > 0 ? 0.8 * values[2 * i - 2]! : 0) + drawNormal(random);
    values[2 * i + 1] = drawNormal(random) + (i >= 2 * length ? 1 : 0);
  }
  const info = { sampler: "test", evaluations: 0 };
  return { names: ["slow", "apart"], chains: 3, length, values, info, warnings: [] };
}

const PLOTS: Readonly<Record<string, () => PlotSpec>> = {
  "rank histogram": () => plotRankHistogram(rows),
  "rank histogram of few bars": () => plotRankHistogram(rows, { bins: 3 }),
  "ecdf": () => plotEcdf(rows),
  "coverage": () =>
    plotCoverage({ HPD: coverage(key(0), run, logPosterior(narrow)), TARP: tarp(key(0), run) }),
  "autocorrelation": () => plotAutocorrelation(chains()),
  "autocorrelation of a constant": () => {
    const draws = chains(5);
    return plotAutocorrelation({ ...draws, values: draws.values.fill(1) });
  },
  "chain ranks": () => plotChainRanks(chains()),
};

for (const [name, make] of Object.entries(PLOTS)) {
  Deno.test(`${name}: compiles without a warning, is JSON, renders without NaN`, async () => {
    const spec = make();
    const found: string[] = [];
    const keep = (...parts: readonly unknown[]) => (found.push(parts.join(" ")), logger);
    const logger = { level: () => logger, error: keep, warn: keep, info: () => logger, debug: () => logger };
    compile(spec as unknown as TopLevelSpec, { logger: logger as never });
    assertEquals(found, []);
    assertEquals(JSON.parse(JSON.stringify(spec)), spec);
    const svg = await renderSvg(spec);
    assert(svg.startsWith("<svg") && svg.endsWith("</svg>"));
    assert(!/NaN|undefined|Infinity/.test(svg));
  });
}

Deno.test("plots of nothing are refused", () => {
  assertThrows(() => plotRankHistogram([]), RangeError, "at least one row");
  assertThrows(() => plotEcdf([]), RangeError, "at least one row");
  assertThrows(() => plotCoverage({}), RangeError, "at least one curve");
  assertThrows(() => plotAutocorrelation(chains(1)), RangeError, "draws in a chain");
});
