// Results as markdown: medians of seconds, means of C2ST over observations and keys.

import { mean } from "@likely/core";
import { format, median } from "./_measure.ts";
import type { Published } from "./_sbibm_published.ts";
import type { AnswerResult, TrainResult } from "./_sbibm_run.ts";

/** A training and its answers. */
export interface Cell {
  readonly training: TrainResult;
  readonly answers: readonly AnswerResult[];
}

/** Tasks of the benchmark, published results beside ours. */
export function benchmarkTable(cells: readonly Cell[], published: Published | undefined): string {
  const head = [...COMMON_HEAD, "C2ST", "from", "to", "_published_", ...TIME_HEAD];
  const rows = groups(cells).map((group) => {
    const { problem, method, simulations, rounds } = group[0]!.training.settings;
    const found = group.flatMap(({ answers }) => answers.map(({ c2st }) => c2st));
    const theirs = rounds ? undefined : published?.(problem, method.replace("sbi_", ""), simulations);
    return [
      ...common(group),
      mean(Float64Array.from(found)).toFixed(3),
      Math.min(...found).toFixed(3),
      Math.max(...found).toFixed(3),
      theirs === undefined ? "" : `_${theirs.toFixed(3)}_`,
      ...times(group),
    ];
  });
  return table(head, rows);
}

/** Problems whose widths matter too. */
export function realTable(cells: readonly Cell[]): string {
  const head = [...COMMON_HEAD, "C2ST", "by observation", "sds to exact ones", "impossible", ...TIME_HEAD];
  const rows = groups(cells).map((group) => {
    const answers = group.flatMap(({ answers }) => answers);
    const widths = answers.flatMap(({ widths }) => widths);
    return [
      ...common(group),
      mean(Float64Array.from(answers, ({ c2st }) => c2st)).toFixed(3),
      byObservation(answers),
      `${Math.min(...widths).toFixed(2)} to ${Math.max(...widths).toFixed(2)}`,
      impossible(answers),
      ...times(group),
    ];
  });
  return table(head, rows);
}

const COMMON_HEAD = ["task", "simulations", "method"];
const TIME_HEAD = ["epochs", "train, s", "train, CPU s", "sample, s", "sample, CPU s", "warned"];

/** Keys together. */
function groups(cells: readonly Cell[]): Cell[][] {
  const nameOf = ({ training: { settings: { problem, method, simulations, rounds } } }: Cell) =>
    `${problem} ${simulations} ${method} ${rounds?.count}`;
  return Object.values(Object.groupBy(cells, nameOf)) as Cell[][];
}

function common(group: readonly Cell[]): string[] {
  const { problem, method, simulations, rounds } = group[0]!.training.settings;
  const name = method.replace("_", "'s ") + (rounds ? `, ${rounds.count} rounds` : "");
  return [problem, simulations.toLocaleString("en"), name];
}

/** Medians over keys, and over observations for sampling; how many answers warned. */
function times(group: readonly Cell[]): string[] {
  const answers = group.flatMap(({ answers }) => answers);
  const of = (values: readonly number[]) => format(median(values));
  return [
    of(group.map(({ training }) => training.epochs[0])),
    of(group.map(({ training }) => training.train.wall)),
    of(group.map(({ training }) => training.train.cpu)),
    of(answers.map(({ sample }) => sample.wall)),
    of(answers.map(({ sample }) => sample.cpu)),
    `${answers.filter(({ warnings }) => warnings.length > 0).length} of ${answers.length}`,
  ];
}

/** The largest share of impossible draws, where that was told. */
function impossible(answers: readonly AnswerResult[]): string {
  const shares = answers.map(({ impossible }) => impossible).filter((share) => share !== undefined);
  return shares.length === 0 ? "" : `${(100 * Math.max(...shares)).toFixed(1)} %`;
}

function byObservation(answers: readonly AnswerResult[]): string {
  const by = Object.groupBy(answers, ({ settings }) => settings.observation);
  return Object.values(by).map((of) => mean(Float64Array.from(of!, ({ c2st }) => c2st)).toFixed(2)).join(
    ", ",
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, j) => j === 0 || j === 2 ? "---" : "---:");
  return [head, rule, ...rows].map(line).join("\n");
}
