/**
 * The page that says what was inferred and why it can be believed.
 *
 * @module
 */

import { type Artifact, type Draws, membersOf, type Points, priorShape } from "@likely/core";
import {
  plotPairs,
  plotPredictive,
  plotTrace,
  plotTraining,
  type PredictiveData,
  renderSvg,
  report,
  type ReportBlock,
  type ReportFigure,
  reportPosterior,
  reportProvenance,
  reportSampling,
  type ReportSection,
  summary,
} from "@likely/diagnostics";
import { pageLink } from "./_page_link.ts";

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
  /**
   * Where readers can move the observation and see the posterior follow: the page of `docs/web.md`, served
   * with the surrogate's file. The report links to it.
   */
  readonly page?: {
    /** Its address, with the surrogate's: `https://example.org/page/?model=flu.safetensors`. */
    readonly address: string;
    /** `[m, p]`, the observation that the draws are of. */
    readonly x: Points;
    /** Their inverse temperature, where it is not 1. */
    readonly beta?: number;
  };
}

/**
 * Writes a self-contained HTML page: posterior table and pair plot, traces, learning curves,
 * posterior predictive bands, provenance; the warnings of draws come before all else of them.
 *
 * @param options What to show.
 * @returns The page.
 * @throws {TypeError} If the address of `page` is not one of the web, with a model.
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
  { artifact, draws, compare, page }: PosteriorReportOptions,
): Promise<ReportSection> {
  const { support } = priorShape(artifact.prior);
  const pairs = plotPairs(draws, {
    support,
    ...(compare && { compare: compare.draws, labels: ["surrogate", compare.label] }),
  });
  return {
    heading: "Posterior",
    blocks: [
      ...tableOf("Posterior by the surrogate", draws),
      ...(compare ? tableOf(`Comparison: ${compare.label}`, compare.draws) : []),
      figure(await renderSvg(pairs), pairsCaption(draws.names.length, compare?.label)),
      ...(page
        ? [{
          kind: "link",
          text: "Change the observation and see the posterior follow",
          address: pageLink(page),
        }] as const
        : []),
    ],
  };
}

function tableOf(title: string, draws: Draws): ReportBlock[] {
  return [
    { kind: "notice", title, lines: draws.warnings },
    { ...reportPosterior(summary(draws)), caption: `${title}.` },
  ];
}

function pairsCaption(d: number, label: string | undefined): string {
  const both = label === undefined ? "" : ` Blue: the surrogate; orange: ${label}.`;
  if (d === 1) return `Marginal density.${both}`;
  return "On the diagonal marginal densities; below it regions that hold 50 % and 90 % of the draws; " +
    `above it correlations.${both}`;
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
  const caption = "Traces, one chain after another: they should look alike and wander nowhere. Dashed: the " +
    "median of all draws.";
  return {
    heading: "Sampling",
    blocks: [figure(await renderSvg(plotTrace(draws)), caption), reportSampling(draws)],
  };
}

async function surrogateSection(artifact: Artifact): Promise<ReportSection> {
  const members = membersOf(artifact);
  const curves = (await Promise.all(members.map(learningCurves))).flat();
  const { provenance } = artifact;
  return {
    heading: "Surrogate",
    blocks: [
      ...curves,
      reportProvenance(provenance, members.length > 1 ? { members: members.length } : {}),
    ],
  };
}

async function learningCurves({ kind, provenance }: Artifact): Promise<ReportFigure[]> {
  const { training: { history } } = provenance;
  if (!history) return [];
  // Only a cost's loss has the unit of the data.
  const yLabel = kind === "cost" ? "loss" : "loss, nats";
  const below = history.termWeights
    ? " Below them the weights of the loss and of the terms that aid it."
    : "";
  const caption = `Learning curves; the network of the best epoch is kept.${below}`;
  return [figure(await renderSvg(plotTraining(history, { yLabel })), caption)];
}

function figure(svg: string, caption: string): ReportFigure {
  return { kind: "figure", svg, caption };
}
