// Learning curves of the score bench.

import { type Artifact, row } from "@likely/core";
import { likelihoodSurface, type PlotSpec, plotSurface, renderSvg } from "@likely/diagnostics";
import { CHAINS, INK, legendRow, plot } from "../diagnostics/_plot_style.ts";
import { ARMS } from "./_score_arms.ts";
import type { TestSet } from "./_score_cases.ts";
import { median } from "./_measure.ts";
import { averaged, type Metric, METRICS, type ScoreResult } from "./_score_run.ts";
import { curveOf, namesOf } from "./_score_tables.ts";

const SIDE = 190;
const UNITS: Readonly<Record<Metric, string>> = {
  divergence: "nats",
  weightedError: "nats",
  toMaximum: "half-widths of the prior",
  toTruth: "half-widths of the prior",
};

/** One picture a case: each metric by number of simulations, every key a dot, medians joined. */
export async function drawCurves(results: readonly ScoreResult[], folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const name of namesOf(results, "case")) {
    const own = results.filter(({ settings }) => settings.case === name);
    await Deno.writeTextFile(`${folder}/score_${name}.svg`, await renderSvg(figure(own)));
  }
}

/** Networks by what they are called. */
export type Named = readonly (readonly [label: string, artifacts: readonly Artifact[]])[];

/** One picture: the exact surface of the first data set that tells of every parameter, beside each network's. */
export async function drawSurfaces(path: string, test: TestSet, networks: Named): Promise<void> {
  const observation = Math.max(0, test.isTold.findIndex((told) => told.every(Boolean)));
  const [exact, truth] = [test.surfaces[observation]!, row(test.theta, observation)];
  const pairs: PlotSpec[] = [];
  for (const [label, artifacts] of networks) {
    using surrogate = await averaged(artifacts, test.x);
    const surface = likelihoodSurface(test.axes, surrogate, { observation });
    pairs.push(plotSurface(exact, { compare: surface, labels: ["exact", label], truth }));
  }
  await Deno.writeTextFile(path, await renderSvg({ ...pairs[0], vconcat: pairs }));
}

function figure(results: readonly ScoreResult[]): PlotSpec {
  const arms = namesOf(results, "arm").map((arm, k) => ({ arm, colour: CHAINS[k % CHAINS.length]! }));
  const legend = arms.map(({ arm, colour }) => ({ label: ARMS[arm]!.title, colour, shape: "line" as const }));
  const panels = (Object.keys(METRICS) as Metric[]).map((metric) => panel(results, metric, arms));
  const rows = [panels.slice(0, 2), panels.slice(2)].map((row) => ({ hconcat: row, spacing: 24 }));
  return plot({ vconcat: [legendRow(legend, 2 * SIDE + 60), ...rows] });
}

interface Look {
  readonly arm: string;
  readonly colour: string;
}

function panel(results: readonly ScoreResult[], metric: Metric, arms: readonly Look[]): PlotSpec {
  const curves = arms.map(({ arm, colour }) => ({ colour, curve: [...curveOf(results, arm, metric)] }));
  const all = curves.flatMap(({ curve }) => curve);
  const encoding = {
    x: logAxis("u", all.map(([n]) => n), "simulations"),
    y: logAxis("v", all.flatMap(([, errors]) => errors), UNITS[metric]),
  };
  return {
    width: SIDE,
    height: SIDE,
    title: { text: METRICS[metric], fontSize: 12, fontWeight: 500, color: INK, anchor: "middle" },
    layer: curves.flatMap(({ curve, colour }) => {
      const dots = curve.flatMap(([u, errors]) => errors.map((v) => ({ u, v })));
      const line = curve.map(([u, errors]) => ({ u, v: median(errors) }));
      const mark = { type: "point", filled: true, size: 24, opacity: 1, color: colour };
      return [
        { data: { values: dots }, mark, encoding },
        { data: { values: line }, mark: { type: "line", color: colour, strokeWidth: 1.8 }, encoding },
      ];
    }),
  };
}

/** Wide enough for what it shows: sizes at 1 and 3, errors at more. */
function logAxis(field: string, shown: readonly number[], title: string): PlotSpec {
  const domain = [Math.min(...shown) / 1.15, Math.max(...shown) * 1.15] as const;
  const isSize = field === "u";
  const mantissas = isSize ? [1, 3] : [1, 1.5, 2, 3, 5, 7];
  const values = Array.from({ length: 10 }, (_, power) => mantissas.map((k) => Number(`${k}e${power - 3}`)))
    .flat().filter((value) => value >= domain[0] && value <= domain[1]);
  return {
    field,
    type: "quantitative",
    scale: { type: "log", domain, nice: false },
    // Panels of a column begin in line, however long their numbers.
    axis: { title, values, ...(isSize ? { format: "~s" } : { format: "~g", minExtent: 40 }) },
  };
}
