/**
 * What the page says about a posterior, before it is a page.
 *
 * @module
 */

import { type Artifact, type Draws, membersOf, type Points, priorShape } from "@likely/core";
import {
  areIndependent,
  plotPairs,
  plotPredictive,
  plotPredictiveColumns,
  plotTrace,
  plotTraining,
  type PredictiveColumns,
  type PredictiveData,
  renderSvg,
  type Report,
  type ReportBlock,
  type ReportFigure,
  reportNumber,
  reportPosterior,
  reportProvenance,
  reportSampling,
  type ReportSection,
  summary,
} from "@likely/diagnostics";
import { inWords } from "./_in_words.ts";
import { pageLink } from "./_page_link.ts";
import { priorDensities } from "./_prior_densities.ts";

/** What a report of a posterior shows. */
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
  /** Observed data and data simulated from the draws: a series, or columns that are unlike each other. */
  readonly predictive?: PredictiveData | PredictiveColumns;
  /** The true parameters, `[d]`, where the data were simulated. */
  readonly truth?: ArrayLike<number>;
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
 * Gathers what a report says about a posterior: in words what was found, whether it can be believed and what
 * would help; then table and pair plot, predictions, how draws were made, and where the surrogate is from.
 * `report` makes a page of it, `reportFigures` its figures one by one.
 *
 * @param options What to show.
 * @returns The content.
 * @throws {TypeError} If the address of `page` is not one of the web, with a model, or lengths disagree.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, npe, posterior, posteriorContent, reportFigures, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await npe(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
 * using given = await posterior(artifact, [0, 0]);
 * const draws = await given.sample(key(1), 200);
 * const content = await posteriorContent({ title: "Two moons", artifact, draws });
 * assertEquals(reportFigures(content).map(({ name }) => name), ["pairs", "learning"]);
 * ```
 */
export async function posteriorContent(options: PosteriorReportOptions): Promise<Report> {
  const { title, lead, artifact, draws, predictive } = options;
  const sections = [
    { heading: "In short", blocks: [inWords(options)] },
    await posteriorSection(options),
    ...(predictive ? [await predictiveSection(predictive)] : []),
    await samplingSection(draws),
    await surrogateSection(artifact),
  ];
  return { title, ...(lead !== undefined && { lead }), sections };
}

async function posteriorSection(
  { artifact, draws, compare, page, truth }: PosteriorReportOptions,
): Promise<ReportSection> {
  const { support } = priorShape(artifact.prior);
  const pairs = plotPairs(draws, {
    support,
    prior: priorDensities(artifact.prior),
    ...(truth && { truth }),
    ...(compare && { compare: compare.draws, labels: ["surrogate", compare.label] }),
  });
  return {
    heading: "Posterior",
    blocks: [
      ...tableOf("Posterior by the surrogate", draws),
      ...(compare ? tableOf(`Comparison: ${compare.label}`, compare.draws, false) : []),
      figure("pairs", await renderSvg(pairs), pairsCaption(draws.names.length, compare?.label)),
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

function tableOf(title: string, draws: Draws, isExplained = true): ReportBlock[] {
  const table = reportPosterior(summary(draws), { independent: areIndependent(draws) });
  return [
    { kind: "notice", title, lines: draws.warnings },
    { ...table, caption: isExplained ? `${title}. ${table.caption}` : `${title}.` },
  ];
}

function pairsCaption(d: number, label: string | undefined): string {
  const both = label === undefined ? "" : ` Blue: the surrogate; orange: ${label}.`;
  const grey = " A grey line is the prior, on the scale of the posterior.";
  if (d === 1) return `Marginal density.${both}${grey}`;
  return "On the diagonal marginal densities; below it regions that hold 50 % and 90 % of the draws; " +
    `above it correlations.${both}${grey}`;
}

async function predictiveSection(data: PredictiveData | PredictiveColumns): Promise<ReportSection> {
  const [plot, caption] = "columns" in data
    ? [
      plotPredictiveColumns(data),
      "Numbers simulated from posterior draws, each on its own axis; lines in the colour of the text are the observed ones.",
    ]
    : [
      plotPredictive(data),
      "Data simulated from posterior draws: median, central 50 % and 90 %; dots are the observed data.",
    ];
  return { heading: "Posterior predictive", blocks: [figure("predictive", await renderSvg(plot), caption)] };
}

async function samplingSection(draws: Draws): Promise<ReportSection> {
  if (areIndependent(draws)) {
    return {
      heading: "Sampling",
      blocks: [{ kind: "prose", text: withoutChains(draws) }, reportSampling(draws)],
    };
  }
  const caption =
    "Traces of all chains: they should look alike and wander nowhere. Dashed: the median of all draws.";
  return {
    heading: "Sampling",
    blocks: [figure("traces", await renderSvg(plotTrace(draws)), caption), reportSampling(draws)],
  };
}

/** There is no trace of draws that do not follow from each other. */
function withoutChains({ info, chains, length }: Draws): string {
  if (info.sampler !== "importance") return "No chain ran: draws are independent of each other.";
  const worth = typeof info.ess === "number" && Number.isFinite(info.ess)
    ? `All weights together are worth ${reportNumber(Math.round(info.ess))} rows of equal weight, for ` +
      `${reportNumber(chains * length)} draws. `
    : "";
  return "No chain ran: a proposal learned in rounds where the posterior is, and draws are rows of it chosen by " +
    `their weights. ${worth}The Pareto k̂ of the weights says whether the proposal has missed a tail. Where it is ` +
    "above 0.7, or the weights are worth less than a fifth of the draws, chains run instead.";
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
  return [figure("learning", await renderSvg(plotTraining(history, { yLabel })), caption)];
}

function figure(name: string, svg: string, caption: string): ReportFigure {
  return { kind: "figure", name, svg, caption };
}
