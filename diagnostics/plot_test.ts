import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { drawNormal, type Draws, fromRows, key, stream } from "@likely/core";
import { compile } from "vega-lite";
import type { TopLevelSpec } from "vega-lite";
import { plotPairs } from "./plot_pairs.ts";
import { plotPredictive } from "./plot_predictive.ts";
import { plotPredictiveColumns } from "./plot_predictive_columns.ts";
import type { PlotSpec } from "./plot_spec.ts";
import { plotTrace } from "./plot_trace.ts";
import { plotTraining } from "./plot_training.ts";
import { renderSvg } from "./render_svg.ts";
import { ticksInside } from "./_ticks.ts";

const HOSTILE = ["a.b[0]", 'x"y<', "β", "datum['u']", "__proto__", ""];

const UNBOUNDED = { low: -Infinity, high: Infinity };

function drawsOf(names: readonly string[], { chains = 2, length = 100, seed = 0 } = {}): Draws {
  const random = stream(key(seed));
  const values = Float64Array.from({ length: chains * length * names.length }, () => drawNormal(random));
  return { names, chains, length, values, info: { sampler: "test", evaluations: 0 }, warnings: [] };
}

function warningsOf(spec: PlotSpec): string[] {
  const found: string[] = [];
  const keep = (...parts: readonly unknown[]) => {
    found.push(parts.join(" "));
    return logger;
  };
  const logger = { level: () => logger, error: keep, warn: keep, info: () => logger, debug: () => logger };
  compile(spec as unknown as TopLevelSpec, { logger: logger as never });
  return found;
}

function predictive(observed: ArrayLike<number> = [1, 2, 3], t: ArrayLike<number> = [0, 1, 2]): PlotSpec {
  const replicates = fromRows([[1, 2, 4], [2, 3, 5], [0, 1, 3], [NaN, 0, 0]]);
  return plotPredictive({ t, observed, replicates, xLabel: "t < 3", yLabel: 'y["0"]' });
}

function count(svg: string, pattern: RegExp): number {
  return svg.match(pattern)?.length ?? 0;
}

const PLOTS: Readonly<Record<string, () => PlotSpec>> = {
  "pairs with everything": () =>
    plotPairs(drawsOf(HOSTILE), {
      truth: [0, 0, 0, 0, 0, 9],
      compare: drawsOf(HOSTILE, { seed: 1 }),
      labels: ["<a>", "b&c"],
      levels: [0.3, 0.6, 0.95],
      prior: HOSTILE.map((_, j) => j === 1 ? undefined : (value: number) => 1 / value ** 2),
    }),
  "pairs of one parameter": () => plotPairs(drawsOf(["mu"]), { truth: [0] }),
  "pairs of ten parameters": () => plotPairs(drawsOf(Array.from({ length: 10 }, (_, j) => `parameter ${j}`))),
  "pairs of one draw": () => plotPairs(drawsOf(["a", "b"], { chains: 1, length: 1 })),
  "pairs with a constant column": () => plotPairs(constant(drawsOf(["a", "b"]))),
  "traces": () => plotTrace(drawsOf(HOSTILE)),
  "the trace of a single chain": () => plotTrace(drawsOf(["mu"], { chains: 1 })),
  "the trace of one draw": () => plotTrace(drawsOf(["mu"], { chains: 1, length: 1 })),
  "the trace of a constant column": () => plotTrace(constant(drawsOf(["a", "b"]))),
  "training": () => plotTraining({ train: [3, 2, 1], validation: [3, 2.5, 2.7] }),
  "training of one epoch": () => plotTraining({ train: [3], validation: [3] }),
  "training that turned NaN": () => plotTraining({ train: [3, NaN], validation: [NaN, NaN] }),
  "a prediction": () => predictive(),
  "a prediction by columns": () =>
    plotPredictiveColumns({
      columns: HOSTILE,
      observed: HOSTILE.map((_, j) => 10 ** j),
      replicates: fromRows(
        Array.from({ length: 20 }, (_, i) => HOSTILE.map((_, j) => j === 2 ? 7 : i * 10 ** j)),
      ),
    }),
};

function constant(draws: Draws): Draws {
  return { ...draws, values: draws.values.map((value, i) => i % 2 === 0 ? 0.1 : value) };
}

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

Deno.test("plotPairs() shows a name where it belongs and escapes it", async () => {
  const svg = await renderSvg(plotPairs(drawsOf(["a.b[0]", 'x"y<']), { truth: [0, 0] }));
  assertEquals(count(svg, />a\.b\[0\]<\/text>/g), 1);
  // Once below its column, once left of its row.
  assertEquals(count(svg, />x"y&lt;<\/text>/g), 2);
});

Deno.test("plotPairs() draws two regions a pair, a curve a parameter, truth in each panel", async () => {
  const names = ["a", "b", "c"];
  const svg = await renderSvg(
    plotPairs(drawsOf(names), { truth: [0, 0, 0], compare: drawsOf(names, { seed: 2 }) }),
  );
  // Three panels, two levels, filled for the draws and outlined for the comparison.
  assertEquals(count(svg, /fill="#2b83ba" fill-opacity="0.28"/g), 6);
  assertEquals(count(svg, /<path d="[^"]*Z" stroke="#d95f02"/g), 6);
  assertEquals(count(svg, /fill-opacity="0.25"/g), 3);
  assertEquals(count(svg, /stroke-dasharray="4,3"/g), 3 + 2 * 3);
});

Deno.test("plotPairs() writes correlations, and a dash where there is none", () => {
  const rows = [[0, 0, 1], [1, 2, 1], [2, 4, 1], [3, 6, 1]];
  const draws = { ...drawsOf(["a", "b", "c"], { chains: 1, length: 4 }), values: fromRows(rows).data };
  const text = JSON.stringify(plotPairs(draws));
  assertStringIncludes(text, '{"u":"1.00"}');
  assertEquals(count(text, /\{"u":"–"\}/g), 2);
});

Deno.test("plotPairs() keeps to the support and shows a truth far away", () => {
  const draws = drawsOf(["a"]);
  const positive = { ...draws, values: draws.values.map(Math.abs) };
  const bounded = JSON.stringify(plotPairs(positive, { support: [{ low: 0, high: Infinity }], truth: [50] }));
  const domain = JSON.parse(bounded.match(/"scale":\{"domain":(\[[^\]]*\])/)![1]!);
  assertEquals(domain[0], 0);
  assert(domain[1] > 50);
});

Deno.test("plotPairs() refuses what it cannot plot", () => {
  const draws = drawsOf(["a", "b"]);
  const broken = { ...draws, values: draws.values.map((value, i) => i === 3 ? NaN : value) };
  assertThrows(() => plotPairs(broken), RangeError, "draws must be finite: current value is NaN");
  assertThrows(() => plotPairs({ ...draws, length: 99 }), TypeError, "current length is 400");
  assertThrows(() => plotPairs(drawsOf([])), RangeError, "must not be empty");
  assertThrows(() => plotPairs(draws, { truth: [1] }), TypeError, "truth must have length 2");
  assertThrows(() => plotPairs(draws, { truth: [1, Infinity] }), RangeError, "truth must be finite");
  assertThrows(() => plotPairs(draws, { support: [] }), TypeError, "support must have length 2");
  assertThrows(() => plotPairs(draws, { levels: [1] }), RangeError, "every level must be in (0, 1)");
  assertThrows(() => plotPairs(draws, { compare: drawsOf(["a", "c"]) }), TypeError, "current value is a, c");
});

Deno.test("plotPairs() draws the prior in the cells of the draws", () => {
  const spec = JSON.stringify(
    plotPairs(drawsOf(["a", "b"]), {
      prior: [() => 0.5, undefined],
      support: [{ low: -2, high: 2 }, UNBOUNDED],
    }),
  );
  // Of width 4 / 256 where nothing lies beyond the support.
  assertEquals(
    count(spec, new RegExp(`"v":${(0.5 * 4 / 256).toPrecision(4).replace(/0+$/, "")}\\b`, "g")),
    256,
  );
  assertStringIncludes(spec, '"label":"prior"');
  assertThrows(() => plotPairs(drawsOf(["a"]), { prior: [] }), TypeError, "prior must have length 1");
});

Deno.test("plotTrace() lays chains over each other, thins them, and says which it left out", async () => {
  const spec = plotTrace(drawsOf(["mu"], { chains: 20, length: 2500 }), { maxChains: 4 });
  const panel = (spec.vconcat as PlotSpec[]).at(-1) as {
    layer: { data: { values: { u: number; v: number; c: number }[] } }[];
  };
  const { values } = panel.layer[0]!.data;
  assertEquals(new Set(values.map(({ c }) => c)), new Set([0, 5, 10, 15]));
  assertEquals(values.length, 4 * 250);
  // Every tenth draw; the next chain begins where the first did.
  assertEquals([0, 1, 250].map((i) => values[i]!.u), [1, 11, 1]);
  const svg = await renderSvg(spec);
  for (const text of ["chain 1", "chain 16", "draw (4 of 20 chains)"]) assertStringIncludes(svg, `>${text}<`);
});

Deno.test("plotTrace() has at least three round numbers beside each panel", async () => {
  for (const [centre, scale] of [[0, 0.31], [-700, 40], [3, 1e-6], [0, 0]] as const) {
    const draws = drawsOf(["mu", "tau"], { chains: 4 });
    const svg = await renderSvg(
      plotTrace({ ...draws, values: draws.values.map((value) => centre + scale * value) }),
    );
    assert(count(svg, /<text text-anchor="end"[^>]*>[^<]*<\/text>/g) >= 2 * 3, svg);
  }
});

Deno.test("ticksInside() finds round numbers off the edges", () => {
  const room = () => 0.1;
  const found = ticksInside({ low: -0.97, high: 0.97 }, { least: 3, room });
  assertEquals(found, { values: [-0.5, 0, 0.5], format: ".1f" });
  // 1 and 2 lie within a tenth of the edges.
  assertEquals(ticksInside({ low: 0.95, high: 2.05 }, { least: 2, room }).values, [1.2, 1.4, 1.6, 1.8]);
  // No ".0f" for numbers written short.
  assertEquals(ticksInside({ low: 0, high: 60_000 }, { least: 1, room }), { values: [50_000] });
});

Deno.test("ticksInside() takes one number where two would touch", () => {
  const window = { low: 1050, high: 1850 };
  assertEquals(ticksInside(window, { least: 2, room: () => 0.02 }).values, [1200, 1400, 1600, 1800]);
  // Four digits and a half of a panel of ten characters.
  assertEquals(ticksInside(window, { least: 2, room: (n) => 0.05 * (n + 0.5) }).values, [1500]);
});

Deno.test("plotTrace() refuses limits below one", () => {
  assertThrows(() => plotTrace(drawsOf(["mu"]), { maxPoints: 0 }), RangeError, "maxPoints must be");
  assertThrows(() => plotTrace(drawsOf(["mu"]), { maxChains: 1.5 }), RangeError, "maxChains must be");
});

Deno.test("plotTraining() marks the lowest validation loss and breaks at NaN", () => {
  const text = JSON.stringify(plotTraining({ train: [4, 3, NaN, 1], validation: [4, NaN, 2, 3] }));
  assertStringIncludes(text, "best: epoch 3");
  assertStringIncludes(text, '{"u":3,"v":null}');
  assertThrows(() => plotTraining({ train: [NaN], validation: [] }), RangeError, "at least one loss");
});

Deno.test("plotTraining() shows weights of terms where they adapt, and calls the loss what it is told", async () => {
  const curves = { train: [3, 2, 1], validation: [3, 2.5, 2.7] };
  const termWeights = [[1, 0.01], [1, 0.1], [1, 0]];
  const spec = plotTraining({ ...curves, termWeights }, { yLabel: "loss, nats" });
  assertEquals(warningsOf(spec), []);
  const svg = await renderSvg(spec);
  for (const text of ["loss, nats", "weight", "scores"]) assertStringIncludes(svg, `>${text}</text>`);
  // A weight of zero has no place on a logarithmic axis.
  assertStringIncludes(JSON.stringify(spec), '{"u":3,"v":null}');
  assert(!(await renderSvg(plotTraining(curves))).includes(">weight<"));
});

Deno.test("plotPredictive() takes quantiles of the finite replicates in the order of t", () => {
  const spec = JSON.stringify(predictive([1, 2, 3], [2, 1, 0]));
  const first = JSON.parse(spec.match(/\{"u":0,"v5"[^}]*\}/)![0]);
  // Column t = 0 holds 4, 5, 3.
  assertEquals([first.v5, first.v25, first.v50, first.v95].map((v) => +v.toFixed(9)), [3.1, 3.5, 4, 4.9]);
  assert(spec.indexOf('{"u":0,"v5"') < spec.indexOf('{"u":2,"v5"'));
});

Deno.test("plotPredictive() shows each observed value as one dot", async () => {
  const svg = await renderSvg(predictive());
  // Three dots and their sign in the legend.
  assertEquals(count(svg, /<path transform="[^"]*" d="[^"]*A[^"]*" fill="#1d2733"/g), 4);
});

Deno.test("plotPredictive() refuses observed values that are not finite, and lengths that differ", () => {
  assertThrows(() => predictive([1, NaN, 3]), RangeError, "observed must be finite: current value is NaN");
  assertThrows(() => predictive([1, 2, 3], [0, Infinity, 2]), RangeError, "t must be finite");
  assertThrows(() => predictive([1, 2]), TypeError, "current length is 2");
  const replicates = fromRows([[NaN]]);
  const labels = { xLabel: "", yLabel: "" };
  assertThrows(
    () => plotPredictive({ t: [0], observed: [1], replicates, ...labels }),
    RangeError,
    "at least one replicate",
  );
});

Deno.test("plotPredictive() does not follow simulations that run away", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => [i / 100, i < 10 ? 1e6 : i / 100]);
  const labels = { xLabel: "t", yLabel: "y" };
  const spec = plotPredictive({ t: [0, 1], observed: [0.5, 0.5], replicates: fromRows(rows), ...labels });
  const domains = JSON.stringify(spec.vconcat).matchAll(/"domain":\[([^\]]*)\]/g);
  for (const [, ends] of domains) assert(ends!.split(",").every((end) => Math.abs(Number(end)) < 10), ends);
  assertStringIncludes(await renderSvg(spec), "The 90 % band goes on outside");
});

Deno.test("plotPredictiveColumns() has an axis of its own, a name and a share for each column", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => [i, 1e4 + i]);
  const columns = ["wait, minutes", "served"];
  const svg = await renderSvg(
    plotPredictiveColumns({ columns, observed: [24.5, 1e4 + 98], replicates: fromRows(rows) }),
  );
  for (const name of columns) assertEquals(count(svg, new RegExp(`>${name}</text>`, "g")), 1);
  assertStringIncludes(svg, "observed above 25 % of predictions");
  // 98 are below, one is equal.
  assertStringIncludes(svg, "observed above 99 % of predictions");
  assertThrows(
    () => plotPredictiveColumns({ columns, observed: [1], replicates: fromRows(rows) }),
    TypeError,
    "observed must have one value for each of the 2 of columns",
  );
});

Deno.test("plotPredictiveColumns() shows several observations at once, and says how many are expected", async () => {
  const replicates = fromRows(Array.from({ length: 101 }, (_, i) => [i]));
  const shown = (n: number) =>
    renderSvg(
      plotPredictiveColumns({
        columns: ["time, s"],
        observed: fromRows(Array.from({ length: n }, (_, i) => [100 * i / (n - 1)])),
        replicates,
      }),
    );
  // From 0 to 100 in steps of a quarter: the ends are outside.
  assertStringIncludes(await shown(5), "3 of 5 in the central 90 % of predictions");
  assertStringIncludes(await shown(101), "91 of 101 in the central 90 % of predictions");
});

Deno.test("renderSvg() refuses what is not a plot", async () => {
  await assertRejects(() => renderSvg({ mark: "nonsense" }), TypeError, "Cannot render a plot");
  await assertRejects(() => renderSvg({}), TypeError, "Cannot render a plot");
});

Deno.test("renderSvg() loads nothing from anywhere", async () => {
  const encoding = { x: { field: "a", type: "quantitative" } };
  for (const url of ["https://example.com/a.json", "file:///etc/hostname"]) {
    await assertRejects(
      () => renderSvg({ data: { url, format: { type: "json" } }, mark: "point", encoding }),
      TypeError,
      "data must be inline",
    );
  }
});

Deno.test({ name: "renderSvg() needs no permission", permissions: "none" }, async () => {
  assertStringIncludes(await renderSvg(predictive()), "t &lt; 3");
});

Deno.test("renderSvg() is the same text every time", async () => {
  const spec = plotPairs(drawsOf(["a", "b"]));
  assertEquals(await renderSvg(spec), await renderSvg(spec));
});

Deno.test("parameters may be called as what every object has", async () => {
  for (const name of ["constructor", "toString", "valueOf"]) {
    assertStringIncludes(await renderSvg(plotPairs(drawsOf([name, "b"]))), name);
  }
});
