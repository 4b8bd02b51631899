/**
 * The page about levels: what a pilot and a table of them say.
 *
 * @module
 */

import type { LevelMoments } from "@likely/core";
import {
  plotMultilevel,
  renderSvg,
  report,
  reportNumber,
  type ReportSection,
  type ReportTable,
} from "@likely/diagnostics";
import type { MlmcTable } from "@likely/multilevel";
import type { LevelAdvice } from "./level_advice.ts";

/** What {@linkcode levelsReport} shows. */
export interface LevelsReportOptions {
  /** The heading of the page. */
  readonly title: string;
  /** What `mlmcTable` found. */
  readonly table?: MlmcTable;
  /** What `levelAdvice` found. */
  readonly advice?: LevelAdvice;
}

/**
 * Writes a self-contained HTML page: whether several levels pay for training, and how means, variances and costs
 * go from level to level.
 *
 * @param options What to show; one of both at least.
 * @returns The page.
 * @throws {TypeError} If there is nothing to show.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { key, levelSampler, levelsReport, mlmcTable, ornsteinUhlenbeck } from "@likely/sbi";
 *
 * const { prior, simulator } = ornsteinUhlenbeck({ levels: "steps" });
 * const sampler = levelSampler(simulator, prior, (_, x) => [x[0]!]);
 * const table = await mlmcTable(key(0), sampler, { samples: 200 });
 * assertStringIncludes(await levelsReport({ title: "Levels", table }), "<svg");
 * ```
 */
export async function levelsReport({ title, table, advice }: LevelsReportOptions): Promise<string> {
  if (!table && !advice) {
    throw new TypeError("Cannot write a page about levels as it must have a table or advice: there is none");
  }
  const sections: ReportSection[] = [
    ...advice ? [{ heading: "Do several levels pay?", blocks: [losses(advice)] }] : [],
    ...table ? [await moments(table)] : [],
  ];
  const lead = advice?.text.join(" ") ??
    `${table!.levels.length} levels, ${reportNumber(table!.levels[0]!.runs)} runs of each.`;
  return report({ title, lead, sections });
}

function losses({ losses, costs }: LevelAdvice): ReportTable {
  const of = (values: readonly number[]) => values.map((value) => reportNumber(value, 2)).join(", ");
  return {
    kind: "table",
    columns: [
      { title: "network", align: "left" },
      { title: "Var(f^l − f^(l−1)) / Var f^L", align: "left" },
      { title: "best levels", align: "left" },
      { title: "gain", align: "right" },
    ],
    rows: [
      ...losses.map(({ network, ratios, choice }) => [
        network,
        of(ratios),
        choice.levels.join(", "),
        reportNumber(choice.gain, 3),
      ]),
      ["cost of a run of each level", of(costs), "", ""],
    ],
  };
}

async function moments({ levels, rates, warnings }: MlmcTable): Promise<ReportSection> {
  const { alpha, beta, gamma } = rates;
  const shown = Number.isFinite(beta)
    ? ` Rates: α ${reportNumber(alpha, 2)}, β ${reportNumber(beta, 2)}, γ ${reportNumber(gamma, 2)}.`
    : "";
  return {
    heading: "Levels",
    blocks: [
      ...warnings.length > 0 ? [{ kind: "notice" as const, lines: warnings }] : [],
      rowsOf(levels),
      {
        kind: "figure",
        svg: await renderSvg(plotMultilevel(levels)),
        caption: "Variance and mean of corrections should fall from level to level, checks stay below 1." +
          shown,
      },
    ],
  };
}

function rowsOf(levels: readonly LevelMoments[]): ReportTable {
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    kind: "table",
    columns: ["level", "runs", "failed", "variance of Pf − Pc", "of Pf", "kurtosis", "check", "cost"].map(
      right,
    ),
    rows: levels.map(({ level, runs, failed, variance, fineVariance, kurtosis, check, cost }) => [
      `${level}`,
      reportNumber(runs),
      reportNumber(failed),
      ...[variance, fineVariance, kurtosis].map((value) => reportNumber(value, 3)),
      Number.isNaN(check) ? "" : reportNumber(check, 2),
      reportNumber(cost, 3),
    ]),
  };
}
