// What was found, whether it can be believed, and what would help: the first lines of a report.

import {
  type Artifact,
  type Draws,
  extent,
  key,
  priorFrom,
  type PriorSpec,
  row,
  warningsOf,
} from "@likely/core";
import {
  areIndependent,
  convergenceWarnings,
  type PredictiveColumns,
  type PredictiveData,
  quantile,
  type ReportAnswers,
  reportNumber,
  summary,
  type SummaryRow,
} from "@likely/diagnostics";

/** What is put into words. */
export interface InWords {
  readonly artifact: Artifact;
  readonly draws: Draws;
  readonly compare?: { readonly label: string; readonly draws: Draws };
  readonly predictive?: PredictiveData | PredictiveColumns;
  readonly truth?: ArrayLike<number>;
}

/** Of more parameters the table tells. */
const MOST_NAMED = 6;
/** A posterior as wide as this share of its prior says that the data have told little. */
const AS_WIDE = 0.8;
/** Means this near, in standard deviations, differ by nothing that anyone would see. */
const NEAR = 0.25;
/** Of a central 90 % so much may be missing before it is a sign: one in ten is expected. */
const SURPRISING = 0.01;

/** Three questions and their answers. */
export function inWords(said: InWords): ReportAnswers {
  const warnings = warningsAll(said);
  const prediction = said.predictive && predicted(said.predictive);
  return {
    kind: "answers",
    answers: [
      { question: "What was found", answer: found(said) },
      { question: "Can it be believed", answer: believed(said, warnings, prediction) },
      { question: "What would help", answer: helping(said, warnings, prediction) },
    ],
  };
}

function warningsAll({ artifact, draws }: InWords): string[] {
  return [...new Set([...warningsOf(artifact), ...draws.warnings, ...convergenceWarnings(draws)])];
}

function found({ artifact, draws, truth }: InWords): string {
  const rows = summary(draws);
  const named = rows.slice(0, MOST_NAMED).map((row) => `${row.name} is ${inShort(row)}`);
  const rest = rows.length > MOST_NAMED ? `; the table has the other ${rows.length - MOST_NAMED}` : "";
  const vague = untold(artifact.prior, draws);
  return [
    `${listed(named)}: means, and the central 90 % of the posterior in brackets${rest}.`,
    ...(vague.length === 0
      ? []
      : [`The data say little about ${listed(vague)}, hardly narrower than in the prior.`]),
    ...(truth ? [`${truths(rows, truth)}.`] : []),
  ].join(" ");
}

function inShort({ mean, sd, q5, q95 }: SummaryRow): string {
  // Two digits of the width.
  const text = (value: number) => {
    const short = reportNumber(value, 3, 10 * sd);
    // Not nothing, where a long tail has widened all.
    return /[1-9]/.test(short) || value === 0 ? short : reportNumber(value, 2);
  };
  return `${text(mean)} (${text(q5)} to ${text(q95)})`;
}

/** Parameters that the data have left as the prior has them. */
function untold(prior: PriorSpec, { names, values }: Draws): string[] {
  // Of a prior of the user's own a file knows but the name.
  if (prior.kind === "custom") return [];
  const before = priorFrom(prior).sample(key(0), 2000);
  const width = (data: Float64Array, j: number) => {
    const column = data.filter((_, k) => k % names.length === j).sort();
    return quantile(column, 0.95) - quantile(column, 0.05);
  };
  return names.filter((_, j) => width(values, j) > AS_WIDE * width(before.data, j));
}

function truths(rows: readonly SummaryRow[], truth: ArrayLike<number>): string {
  const out = rows.filter(({ q5, q95 }, j) => truth[j]! < q5 || truth[j]! > q95).map(({ name }) => name);
  if (out.length === 0) return "All true values lie in their central 90 %";
  return `Outside their central 90 % lie the true values of ${listed(out)}; one in ten is expected to`;
}

/** How many of the observed numbers lie in the central 90 % of those predicted. */
interface Predicted {
  readonly inside: number;
  readonly of: number;
  /** More are missed than chance would have it. */
  readonly isMissed: boolean;
}

function predicted({ observed, replicates }: PredictiveData | PredictiveColumns): Predicted {
  const rows = Array.from({ length: replicates.n }, (_, i) => row(replicates, i))
    .filter((x) => x.every(Number.isFinite));
  const seen = "dim" in observed ? observed.data : observed;
  const of = seen.length;
  const bounds = Array.from({ length: replicates.dim }, (_, j) => {
    const column = Float64Array.from(rows, (x) => x[j]!).sort();
    return [quantile(column, 0.05), quantile(column, 0.95)] as const;
  });
  const inside = Array.from(seen, (value, k) => {
    const [low, high] = bounds[k % replicates.dim]!;
    return value >= low && value <= high;
  }).filter(Boolean).length;
  return { inside, of, isMissed: tail(of - inside, of) < SURPRISING };
}

/** The chance of `missed` or more of `n` where each is missed once in ten, as if by themselves. */
function tail(missed: number, n: number): number {
  let [term, below] = [0.9 ** n, 0];
  for (let k = 0; k < missed; k++) {
    below += term;
    term *= (n - k) / (k + 1) / 9;
  }
  return 1 - below;
}

function believed({ draws, compare }: InWords, warnings: readonly string[], prediction?: Predicted): string {
  const head = warnings.length === 0
    ? `Nothing speaks against the draws: ${how(draws)}.`
    : `Only with care: ${warnings.length === 1 ? "a warning" : `${warnings.length} warnings`} below.`;
  return [
    head,
    ...(prediction ? [`${lookAlike(prediction)}.`] : []),
    ...(compare ? [`${agreement(draws, compare)}.`] : []),
  ].join(" ");
}

function how(draws: Draws): string {
  const { info, chains } = draws;
  if (info.sampler === "importance") {
    const k = Number(info.kHat);
    const shape = Number.isFinite(k) ? `, Pareto k̂ ${reportNumber(k, 2)}, below 0.7` : "";
    return `they are independent, and the weights they were chosen by can be trusted${shape}`;
  }
  if (areIndependent(draws)) return "they are independent, from the learned density itself";
  const [, worst] = extent(summary(draws).map(({ rHat }) => rHat));
  const many = chains > 1 ? `${reportNumber(chains)} chains agree` : "the halves of the chain agree";
  return Number.isFinite(worst) ? `${many}, R-hat is at most ${worst.toFixed(3)}` : "no test of them failed";
}

function lookAlike({ inside, of, isMissed }: Predicted): string {
  const share = `${inside} of ${of} observed numbers lie in the central 90 % of what the draws predict`;
  return isMissed
    ? `Data simulated from the draws do not look like those observed: only ${share}`
    : `Of the data, ${share}`;
}

function agreement(draws: Draws, { label, draws: other }: NonNullable<InWords["compare"]>): string {
  const theirs = summary(other);
  const apart = summary(draws).map(({ name, mean }, j) => ({
    name,
    by: Math.abs(mean - theirs[j]!.mean) / theirs[j]!.sd,
  }));
  const worst = apart.reduce((most, one) => one.by > most.by ? one : most);
  const by = `${reportNumber(worst.by, 2)} standard deviations, for ${worst.name}`;
  return worst.by <= NEAR
    ? `Means are those of the comparison (${label}) but for at most ${by}`
    : `Means differ from those of the comparison (${label}) by up to ${by}`;
}

function helping({ artifact }: InWords, warnings: readonly string[], prediction?: Predicted): string {
  const advice = artifact.provenance.advice ?? [];
  const told = [
    ...(warnings.length > 0 ? ["The warnings say what helps."] : []),
    ...(prediction?.isMissed
      ? [
        "A simulator or a prior that can make such data, or a posterior by a cost, which asks for nearness alone.",
      ]
      : []),
    ...advice.map((line) => `${line.replace(/\.$/, "")}.`),
  ];
  const judge = artifact.kind === "cost"
    ? "No data tell β: look at what depends on it, at several."
    : "Whether the network is right for data like these is told by calibration, on data whose truth is known.";
  return [...(told.length > 0 ? told : ["Nothing that these numbers know of."]), judge].join(" ");
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
