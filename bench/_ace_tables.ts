// The ACE benchmark's results as markdown, the paper's figures beside ours.

import { mean } from "@likely/core";
import published from "./ace_published.json" with { type: "json" };
import { type AceCell, type AceResult, KINDS } from "./_ace_run.ts";

/** All tables of all sizes found. */
export function aceTables(results: readonly AceResult[]): string {
  const sizes = [...new Set(results.map(({ settings }) => settings.simulations))];
  return sizes.map((n) => sizeTables(n, results.filter(({ settings }) => settings.simulations === n))).join(
    "\n",
  );
}

function sizeTables(n: number, results: readonly AceResult[]): string {
  const names = [...new Set(results.map(({ task }) => task))];
  const groups = names.map((name) => results.filter(({ task }) => task === name));
  return [
    `\n## ${n.toLocaleString("en")} simulations`,
    "\nPosterior predictive distance, mean ± sd over ten observations; in brackets the sd over keys.",
    "The paper's figures, in italics, are for 10,000 simulations. A cell of ours passes (✓) within 10 % of the",
    "paper's ACE or below, 20 % at the highest β; ▽ marks a mean below the exact posterior's by more",
    "than three standard errors.\n",
    table(DISTANCE_HEAD, groups.flatMap((group) => cellsOf(group).map(distanceRow))),
    "\nWhat is learned: C2ST by a random forest (0.5 is perfect), correlation and mean squared error of the cost.\n",
    table(COST_HEAD, groups.flatMap((group) => cellsOf(group).map(costRow))),
    "\nExact Bayesian posterior where there is one, and the wall time of a run in seconds.\n",
    table(TIME_HEAD, groups.map(timeRow)),
    "",
  ].join("\n");
}

const DISTANCE_HEAD = [
  "task",
  "x_o",
  "β",
  "_exact_",
  "exact",
  "_ACE_",
  "ACE",
  "ACE / _ACE_",
  "",
  "_ABC_",
  "ABC",
  "_NPE_",
  "_NLE_",
];
const COST_HEAD = ["task", "x_o", "β", "_C2ST_", "C2ST", "_r_", "r", "_MSE_", "MSE"];
const TIME_HEAD = [
  "task",
  "Bayes, well",
  "Bayes, misspecified",
  "epochs",
  "simulate",
  "train",
  "sample 10",
  "in all",
];

/** The same cell of every key. */
interface Cell {
  readonly task: keyof typeof published;
  readonly kind: AceCell["kind"];
  /** Which β: 0, 1 or 2. */
  readonly level: number;
  readonly beta: number;
  readonly keys: readonly AceCell[];
}

function cellsOf(group: readonly AceResult[]): Cell[] {
  return KINDS.flatMap((kind) => {
    const ofKind = (result: AceResult) => result.cells.filter((cell) => cell.kind === kind);
    return ofKind(group[0]!).map(({ beta }, level) => ({
      task: group[0]!.task as Cell["task"],
      kind,
      level,
      beta,
      keys: group.map((result) => ofKind(result)[level]!),
    }));
  });
}

function distanceRow(cell: Cell): string[] {
  const theirs = published[cell.task][cell.kind].distance;
  const ours = (method: keyof AceCell["distance"]) => cell.keys.map(({ distance }) => distance[method]);
  const [ace, exact] = [ours("ace").flat(), ours("exact").flat()];
  const ratio = mean(ace) / theirs.ace[cell.level]![0]!;
  const passes = ratio <= (cell.level === 2 ? 1.2 : 1.1);
  const gaps = ace.map((value, i) => value - exact[i]!);
  const isBelow = mean(gaps) < -3 * sd(gaps) / Math.sqrt(gaps.length);
  return [
    ...label(cell),
    pair(theirs.exact[cell.level]!),
    spread(ours("exact")),
    pair(theirs.ace[cell.level]!),
    spread(ours("ace")),
    ratio.toFixed(2),
    (passes ? "✓" : "✗") + (isBelow ? " ▽" : ""),
    pair(theirs.abc[cell.level]!),
    spread(ours("abc")),
    // The paper's other baselines have no β.
    cell.level === 0 ? pair(theirs.npe[0]!) : "",
    cell.level === 0 ? pair(theirs.nle[0]!) : "",
  ];
}

function costRow(cell: Cell): string[] {
  const theirs = published[cell.task][cell.kind];
  const ours = (of: "c2st" | "correlation" | "costMse") => mean(cell.keys.flatMap((key) => key[of]));
  return [
    ...label(cell),
    italic(digits(theirs.c2st[cell.level]!)),
    digits(ours("c2st")),
    italic(digits(theirs.correlation[cell.level]!)),
    digits(ours("correlation")),
    italic(digits(theirs.costMse[cell.level]!)),
    digits(ours("costMse")),
  ];
}

function timeRow(group: readonly AceResult[]): string[] {
  const of = (value: (result: AceResult) => number) => mean(group.map(value));
  const { simulate, train, sample } = {
    simulate: of(({ seconds }) => seconds.simulate),
    train: of(({ seconds }) => seconds.train),
    sample: of(({ seconds }) => seconds.sample),
  };
  return [
    group[0]!.task,
    ...KINDS.map((kind) => spread(group.map(({ bayes }) => bayes[kind]))),
    of(({ epochs }) => epochs).toFixed(0),
    ...[simulate, train, sample, simulate + train + sample].map((value) => value.toFixed(1)),
  ];
}

function label({ task, kind, beta }: Cell): string[] {
  return [task, kind === "wellSpecified" ? "well" : "misspecified", String(beta)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, j) => j < 2 ? "---" : "---:")), ...rows.map(line)].join("\n");
}

function pair([centre, deviation]: readonly number[]): string {
  return italic(`${digits(centre!)} ± ${digits(deviation!, 2)}`);
}

/** Mean and sd over observations of the mean over keys, and the sd over keys of the mean over observations. */
function spread(keys: readonly (readonly number[])[]): string {
  if (keys[0]!.length === 0) return "–";
  const perObservation = keys[0]!.map((_, i) => mean(keys.map((values) => values[i]!)));
  const overKeys = keys.length > 1 ? ` (${digits(sd(keys.map(mean)), 2)})` : "";
  return `${digits(mean(perObservation))} ± ${digits(sd(perObservation), 2)}${overKeys}`;
}

function italic(text: string): string {
  return `_${text}_`;
}

function digits(value: number, count: number = 3): string {
  return Number.isNaN(value) ? "–" : String(Number(value.toPrecision(count)));
}

function sd(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
