/**
 * The page that says whether a surrogate is calibrated.
 *
 * @module
 */

import type { Artifact } from "@likely/core";
import {
  plotCoverage,
  plotEcdf,
  plotRankHistogram,
  renderSvg,
  report,
  reportNumber,
  reportProvenance,
  type ReportSection,
  type ReportTable,
} from "@likely/diagnostics";
import type { Calibration } from "./calibrate.ts";

/** What {@linkcode calibrationReport} shows. */
export interface CalibrationReportOptions {
  /** The heading of the page. */
  readonly title: string;
  /** The surrogate. */
  readonly artifact: Artifact;
  /** What `calibrate` found. */
  readonly calibration: Calibration;
}

/**
 * Writes a self-contained HTML page: verdicts, rank histograms and ECDFs, coverage curves.
 *
 * @param options What to show.
 * @returns The page.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { calibrate, calibrationReport, key, nre, twoMoons } from "@likely/sbi";
 *
 * const task = twoMoons();
 * const { artifact } = await nre(key(0), task, { simulations: 500, maxEpochs: 3 });
 * const calibration = await calibrate(key(1), artifact, task.simulator, { datasets: 12, draws: 19 });
 * assertStringIncludes(await calibrationReport({ title: "Check", artifact, calibration }), "<svg");
 * ```
 */
export async function calibrationReport(options: CalibrationReportOptions): Promise<string> {
  const { title, artifact, calibration } = options;
  return report({
    title,
    lead: calibrationVerdict(calibration),
    sections: [
      { heading: "Verdicts", blocks: [verdicts(calibration)] },
      await ranks(calibration),
      await curves(calibration),
      { heading: "Surrogate", blocks: [reportProvenance(artifact.provenance)] },
    ],
  });
}

/**
 * Says in one sentence what a calibration found.
 *
 * @param calibration From `calibrate`.
 * @returns The sentence.
 */
export function calibrationVerdict({ run, sbc, coverage, tarp }: Calibration): string {
  const wrong = [
    ...(sbc.pValue < LEVEL ? ["truths do not rank uniformly among draws"] : []),
    ...(coverage.pValue < LEVEL
      ? [coverage.tailExcess < 0 ? "credible regions are too small" : "credible regions are too large"]
      : []),
    ...(tarp.pValue < LEVEL ? ["balls around random points miss their share of truths"] : []),
  ];
  const [first] = run.failures;
  const missing = first
    ? ` (${reportNumber(run.failed)} more gave no posterior, the first as ${first.reason})`
    : "";
  const asked = `${reportNumber(run.theta.n)} data sets${missing}`;
  if (wrong.length === 0) return `No sign of miscalibration in ${asked}.`;
  return `Miscalibrated, judged by ${asked}: ${wrong.join("; ")}.`;
}

/** Three tests share a false alarm once in a hundred. */
const LEVEL = 0.01 / 3;

/**
 * Lists what each test found, for tables.
 *
 * @param calibration From `calibrate`.
 * @returns One row a test: its name, its p-value, and what else it says.
 */
export function calibrationRows({ sbc, coverage, tarp }: Calibration): [string, string, string][] {
  return [
    ...sbc.rows.map(({ name, ecdf, spread, mean }): [string, string, string] => [
      `rank of ${name}`,
      format(ecdf),
      `spread ${spread.toFixed(2)} (1 is right, more is too narrow), mean ${mean.toFixed(2)}`,
    ]),
    [
      "expected coverage",
      format(coverage.pValue),
      `excess ${coverage.tailExcess.toFixed(3)} (below 0 is overconfident)`,
    ],
    ["TARP", format(tarp.pValue), `excess ${tarp.tailExcess.toFixed(3)}`],
  ];
}

/** A p-value; below 1e-16 sums of floats say nothing. */
function format(p: number): string {
  if (Number.isNaN(p)) return "not known";
  return p < 1e-16 ? "< 1e-16" : p.toPrecision(2);
}

function verdicts(calibration: Calibration): ReportTable {
  return {
    kind: "table",
    columns: [
      { title: "test", align: "left" },
      { title: "p value", align: "right" },
      { title: "meaning", align: "left" },
    ],
    rows: calibrationRows(calibration),
  };
}

async function ranks({ sbc }: Calibration): Promise<ReportSection> {
  return {
    heading: "Ranks of the truth among posterior draws",
    blocks: [
      {
        kind: "figure",
        svg: await renderSvg(plotRankHistogram(sbc.rows)),
        caption: "Flat within the band when calibrated; high at both ends when too narrow.",
      },
      {
        kind: "figure",
        svg: await renderSvg(plotEcdf(sbc.rows)),
        caption: "The same as distribution functions, less the diagonal, with simultaneous bands.",
      },
    ],
  };
}

async function curves({ coverage, tarp }: Calibration): Promise<ReportSection> {
  return {
    heading: "Coverage",
    blocks: [{
      kind: "figure",
      svg: await renderSvg(plotCoverage({ "highest density": coverage, TARP: tarp })),
      caption: "Share of truths inside regions of each credibility; below the diagonal is overconfident.",
    }],
  };
}
