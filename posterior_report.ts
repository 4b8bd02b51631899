/**
 * The page that says what was inferred and why it can be believed.
 *
 * @module
 */

import { type Artifact, type Draws, priorFrom } from "@likely/core";
import {
  plotPairs,
  plotPredictive,
  plotTrace,
  plotTraining,
  type PredictiveData,
  renderSvg,
  report,
  type ReportFigure,
  reportPosterior,
  reportProvenance,
  type ReportSection,
  summary,
} from "@likely/diagnostics";

/** What {@linkcode posteriorReport} shows. */
export interface PosteriorReportOptions {
  /** The heading of the page. */
  readonly title: string;
  /** A sentence under it. */
  readonly lead?: string;
  /** The surrogate. */
  readonly artifact: Artifact;
  /** Draws of its posterior. */
  readonly draws: Draws;
  /** Draws to compare with, and what they are: an exact posterior, another surrogate's, … */
  readonly compare?: { readonly label: string; readonly draws: Draws };
  /** Observed data and data simulated from the draws. */
  readonly predictive?: PredictiveData;
}

/**
 * Writes a self-contained HTML page: posterior table and pair plot, traces, learning curves,
 * posterior predictive bands, provenance; warnings first.
 *
 * @param options What to show.
 * @returns The page.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { key, nre, posterior, posteriorReport, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
 * using given = await posterior(artifact, [0, 0], { warmup: 50 });
 * const draws = await given.sample(key(1), 200);
 * assertStringIncludes(await posteriorReport({ title: "Two moons", artifact, draws }), "<svg");
 * ```
 */
export async function posteriorReport(options: PosteriorReportOptions): Promise<string> {
  const { title, lead, artifact, draws, predictive } = options;
  const sections = [
    await posteriorSection(options),
    ...(predictive ? [await predictiveSection(predictive)] : []),
    await samplingSection(draws),
    await surrogateSection(artifact),
  ];
  return report({ title, ...(lead !== undefined && { lead }), sections });
}

async function posteriorSection(
  { artifact, draws, compare }: PosteriorReportOptions,
): Promise<ReportSection> {
  const { support } = priorFrom(artifact.prior);
  const pairs = plotPairs(draws, {
    support,
    ...(compare && { compare: compare.draws, labels: ["surrogate", compare.label] }),
  });
  const tables = [
    { ...reportPosterior(summary(draws)), caption: "Posterior by the surrogate." },
    ...(compare
      ? [{
        ...reportPosterior(summary(compare.draws)),
        caption: `Posterior by comparison: ${compare.label}.`,
      }]
      : []),
  ];
  const warnings = [...draws.warnings, ...compare?.draws.warnings ?? []];
  return {
    heading: "Posterior",
    blocks: [
      ...(warnings.length > 0 ? [{ kind: "notice" as const, lines: warnings }] : []),
      ...tables,
      figure(
        await renderSvg(pairs),
        "Marginal and joint densities; regions hold 50 % and 90 % of the posterior.",
      ),
    ],
  };
}

async function predictiveSection(data: PredictiveData): Promise<ReportSection> {
  const caption =
    "Data simulated from posterior draws: median, central 50 % and 90 %; dots are the observed data.";
  return {
    heading: "Posterior predictive",
    blocks: [figure(await renderSvg(plotPredictive(data)), caption)],
  };
}

async function samplingSection(draws: Draws): Promise<ReportSection> {
  const how = Object.entries(draws.info).map(([name, value]) => [name, format(value)]);
  return {
    heading: "Sampling",
    blocks: [
      figure(
        await renderSvg(plotTrace(draws)),
        "Traces of the chains: they should look alike and wander nowhere.",
      ),
      {
        kind: "table",
        columns: [{ title: "what", align: "left" }, { title: "value", align: "left" }],
        rows: [["chains", `${draws.chains} of ${draws.length} draws`], ...how],
      },
    ],
  };
}

async function surrogateSection({ provenance }: Artifact): Promise<ReportSection> {
  const { history } = provenance.training;
  return {
    heading: "Surrogate",
    blocks: [
      ...(history
        ? [
          figure(
            await renderSvg(plotTraining(history)),
            "Learning curves; the weights of the best epoch are kept.",
          ),
        ]
        : []),
      reportProvenance(provenance),
    ],
  };
}

function figure(svg: string, caption: string): ReportFigure {
  return { kind: "figure", svg, caption };
}

function format(value: number | string): string {
  if (Number.isNaN(value)) return "not known";
  return typeof value === "number" ? String(+value.toPrecision(4)) : value;
}
