// The tables of the score bench.

import { key } from "@likely/core";
import { ARMS } from "./_score_arms.ts";
import { CASES } from "./_score_cases.ts";
import { format, median } from "./_measure.ts";
import { type Curve, type Multiplier, multiplier } from "./_score_multiplier.ts";
import { type Metric, METRICS, type ScoreResult } from "./_score_run.ts";

/** Every cell, then multipliers, then ratios of time, as Markdown. */
export function scoreTables(results: readonly ScoreResult[]): string {
  return namesOf(results, "case").map((name) => {
    const own = results.filter(({ settings }) => settings.case === name);
    const keys = Math.max(...own.map(({ settings }) => settings.key));
    const { steps } = own[0]!.settings;
    const title = `### ${CASES[name]!.title}, ${steps} steps, ${keys === 1 ? "key 1" : `keys 1 to ${keys}`}`;
    const compared = namesOf(own, "arm").filter((arm) =>
      namesOf(own, "arm").includes(plainOf(arm)) && arm !== plainOf(arm)
    );
    const tables = compared.length > 0 ? [multiplierTable(own, compared), timeTable(own, compared)] : [];
    return [title, cellTable(own), ...tables].join("\n\n");
  }).join("\n\n");
}

/** What an arm is held to: cross-entropy alone with the same network. */
function plainOf(arm: string): string {
  return ARMS[arm]!.embedding ? "bceLate" : "bce";
}

/** The errors of one arm, key by key. */
export function curveOf(results: readonly ScoreResult[], arm: string, metric: Metric): Curve {
  const curve = new Map<number, number[]>();
  for (const { settings, metrics } of results) {
    if (settings.arm !== arm) continue;
    curve.set(settings.n, [...curve.get(settings.n) ?? [], metrics[metric]]);
  }
  return new Map([...curve].sort(([a], [b]) => a - b));
}

/** Which cases, or arms, there are. */
export function namesOf(results: readonly ScoreResult[], what: "case" | "arm"): string[] {
  return [...new Set(results.map(({ settings }) => settings[what]))];
}

function cellTable(results: readonly ScoreResult[]): string {
  const heads = [
    ...Object.values(METRICS),
    "coverage",
    "exact coverage",
    "held-out BCE",
    "score error",
    "weight",
  ];
  const lines = namesOf(results, "arm").flatMap((arm) =>
    [...curveOf(results, arm, "divergence").keys()].map((n) => {
      const cells = results.filter(({ settings }) => settings.arm === arm && settings.n === n);
      const of = (value: (result: ScoreResult) => number) => format(median(cells.map(value)));
      const numbers = (Object.keys(METRICS) as Metric[]).map((metric) =>
        of(({ metrics }) => metrics[metric])
      );
      // Refreshed cross-entropy has scores and no weight.
      const isWeighed = cells.every(({ termWeights }) => termWeights.length > 0);
      const weight = isWeighed ? of(({ termWeights }) => termWeights.at(-1)!) : "";
      return [
        ARMS[arm]!.title,
        n.toLocaleString("en"),
        ...numbers,
        of(({ coverage }) => coverage.surrogate),
        of(({ coverage }) => coverage.exact),
        of(({ heldOut }) => heldOut),
        of(({ scoreError }) => scoreError),
        weight,
      ];
    })
  );
  return table(["arm", "N", ...heads], lines);
}

/** In simulations of plain training with the same network. */
function multiplierTable(results: readonly ScoreResult[], arms: readonly string[]): string {
  const lines = arms.flatMap((arm) =>
    [...curveOf(results, arm, "divergence").keys()].map((n) => {
      const cells = (Object.keys(METRICS) as Metric[]).map((metric, k) =>
        multiplierText(
          multiplier(key(100 + k), curveOf(results, plainOf(arm), metric), curveOf(results, arm, metric), n),
        )
      );
      return [ARMS[arm]!.title, n.toLocaleString("en"), ...cells];
    })
  );
  return table(["data multiplier of", "N", ...Object.values(METRICS)], lines);
}

function multiplierText({ value, bound, interval }: Multiplier): string {
  const range = interval ? ` (${interval.map((end) => end.toFixed(1)).join(" to ")})` : "";
  return `${bound ? `${bound} ` : ""}${value.toFixed(1)}${range}`;
}

/** CPU time over that of plain training on as much data, key by key. */
function timeTable(results: readonly ScoreResult[], arms: readonly string[]): string {
  const find = (arm: string, n: number, key: number) =>
    results.find(({ settings }) => settings.arm === arm && settings.n === n && settings.key === key);
  const lines = arms.flatMap((arm) =>
    [...curveOf(results, arm, "divergence").keys()].flatMap((n) => {
      const pairs = results.flatMap((one) => {
        const plain = find(plainOf(arm), n, one.settings.key);
        return one.settings.arm === arm && one.settings.n === n && plain ? [{ one, plain }] : [];
      });
      if (pairs.length === 0) return [];
      const ratio = (of: (result: ScoreResult) => number) =>
        median(pairs.map(({ one, plain }) => of(one) / of(plain))).toFixed(2);
      const all = ({ seconds }: ScoreResult) => seconds.simulate + seconds.train;
      return [[ARMS[arm]!.title, n.toLocaleString("en"), ratio(({ seconds }) => seconds.train), ratio(all)]];
    })
  );
  return table(["CPU time over plain", "N", "training", "with simulation"], lines);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = head.map((_, k) => k === 0 ? "---" : "---:");
  return [head, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
