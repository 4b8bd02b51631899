import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { LevelComplexity } from "@likely/core";
import { compile } from "vega-lite";
import type { TopLevelSpec } from "vega-lite";
import { plotComplexity } from "./plot_complexity.ts";
import { plotMultilevel, type PlottedLevel } from "./plot_multilevel.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { renderSvg } from "./render_svg.ts";

function levels(n: number, of: Partial<PlottedLevel> = {}): PlottedLevel[] {
  return Array.from({ length: n }, (_, level) => ({
    level,
    mean: [2 ** -level, 0],
    variance: 3 * 4 ** -level,
    fineMean: [2 - 2 ** -level, 0],
    fineVariance: 3,
    check: level === 0 ? NaN : 0.3,
    kurtosis: 3 + level ** 2,
    ...of,
  }));
}

function complexity(tolerance: number): LevelComplexity {
  const counts = [1, 2, 3].map((l) => Math.round(12 / tolerance ** 2 / 4 ** l));
  return {
    tolerance,
    estimate: [1],
    counts,
    cost: 90 / tolerance ** 2,
    singleCost: 90 / tolerance ** 3,
    saving: 1,
  };
}

function warningsOf(spec: PlotSpec): string[] {
  const found: string[] = [];
  const keep = (...parts: readonly unknown[]) => (found.push(parts.join(" ")), logger);
  const logger = { level: () => logger, error: keep, warn: keep, info: () => logger, debug: () => logger };
  compile(spec as unknown as TopLevelSpec, { logger: logger as never });
  return found;
}

const PLOTS: Readonly<Record<string, () => PlotSpec>> = {
  "levels": () => plotMultilevel(levels(5)),
  "one level": () => plotMultilevel(levels(1)),
  "many levels": () => plotMultilevel(levels(20)),
  "levels without variance": () => plotMultilevel(levels(3, { mean: [0], variance: 0, kurtosis: NaN })),
  "levels without samples": () =>
    plotMultilevel(
      levels(2, { mean: [NaN], variance: NaN, fineMean: [NaN], fineVariance: NaN, kurtosis: NaN }),
    ),
  "inconsistent levels": () => plotMultilevel(levels(3, { check: 7, kurtosis: 2000 })),
  "costs": () => plotComplexity([0.1, 0.05, 0.02, 0.001].map(complexity)),
  "the cost of one tolerance": () => plotComplexity([complexity(0.1)]),
  "costs of many tolerances": () => plotComplexity(Array.from({ length: 12 }, (_, k) => complexity(2 ** -k))),
  "costs with a level that has no samples": () => plotComplexity([{ ...complexity(0.1), counts: [5, 0] }]),
};

for (const [name, make] of Object.entries(PLOTS)) {
  Deno.test(`${name}: compiles without a warning, is JSON, renders without NaN`, async () => {
    const spec = make();
    assertEquals(warningsOf(spec), []);
    assertEquals(JSON.parse(JSON.stringify(spec)), spec);
    const svg = await renderSvg(spec);
    assert(svg.startsWith("<svg") && svg.endsWith("</svg>"));
    assert(!/NaN|undefined|Infinity/.test(svg));
  });
}

Deno.test("plotMultilevel() shows powers of two, and lengths of means", () => {
  const text = JSON.stringify(plotMultilevel(levels(3, { mean: [3, 4], fineMean: [6, 8] })));
  assertStringIncludes(text, `{"u":2,"v":${Math.log2(5)}}`);
  assertStringIncludes(text, `{"u":2,"v":${Math.log2(10)}}`);
  assertStringIncludes(text, `{"u":1,"v":${Math.log2(0.75)}}`);
  // Level 0 has no check, the line to compare with is at 1.
  assertStringIncludes(text, '{"values":[{"u":1,"v":0.3},{"u":2,"v":0.3}]}');
  assertStringIncludes(text, '{"values":[{"v":1}]}');
});

Deno.test("plotComplexity() shows counts and costs by tolerance", async () => {
  const spec = plotComplexity([0.1, 0.05].map(complexity));
  assertStringIncludes(JSON.stringify(spec), `{"u":0,"v":300},{"u":1,"v":75},{"u":2,"v":19}`);
  const svg = await renderSvg(spec);
  for (const words of ["ε = 0.1<", "ε = 0.05<", "multilevel", "finest level alone", "ε² · cost", "samples"]) {
    assertStringIncludes(svg, words);
  }
});

Deno.test("plots of nothing, and of costs that are none, are refused", () => {
  assertThrows(() => plotMultilevel([]), RangeError, "Cannot plot levels as there must be a row at least");
  assertThrows(() => plotComplexity([]), RangeError, "Cannot plot costs as there must be a row at least");
  for (const name of ["tolerance", "cost", "singleCost"]) {
    const wrong = { ...complexity(0.1), [name]: 0 };
    const message = `${name} must be a finite number > 0: current value is 0`;
    assertThrows(() => plotComplexity([wrong]), RangeError, message);
  }
});
