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
  const asked = `${run.theta.n} data sets${run.failed > 0 ? ` (${run.failed} more gave no posterior)` : ""}`;
  if (wrong.length === 0) return `No sign of miscalibration in ${asked}.`;
  return `Miscalibrated, judged by ${asked}: ${wrong.join("; ")}.`;
}

/** Three tests share a false alarm once in a hundred. */
const LEVEL = 0.01 / 3;

function verdicts({ sbc, coverage, tarp }: Calibration): ReportTable {
  const p = (value: number) => Number.isNaN(value) ? "not known" : value.toPrecision(2);
  return {
    kind: "table",
    columns: [{ title: "test", align: "left" }, { title: "p value", align: "right" }, {
      title: "meaning",
      align: "left",
    }],
    rows: [
      ...sbc.rows.map((row) => [
        `rank of ${row.name}`,
        p(row.ecdf),
        `spread ${row.spread.toFixed(2)} (1 is right, more is too narrow), mean ${row.mean.toFixed(2)}`,
      ]),
      [
        "expected coverage",
        p(coverage.pValue),
        `excess ${coverage.tailExcess.toFixed(3)} (below 0 is overconfident)`,
      ],
      ["TARP", p(tarp.pValue), `excess ${tarp.tailExcess.toFixed(3)}`],
    ],
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
