/**
 * How draws were made, as a table of a report.
 *
 * @module
 */

import type { Draws } from "@likely/core";
import { areIndependent } from "./are_independent.ts";
import type { ReportTable } from "./report.ts";
import { reportNumber } from "./report_number.ts";

const NAMES: Readonly<Record<string, string>> = {
  warmup: "warm-up, steps a chain",
  thin: "steps a draw",
  kHat: "Pareto k̂ of the weights",
  ess: "effective size of the weights",
  rounds: "rounds of proposals",
  logEvidence: "log evidence, nats",
  logEvidenceError: "its standard error, nats",
};
/** What a run's warm-up is part of. */
const WHOLE_RUN: readonly string[] = ["evaluations", "seconds"];

/**
 * Sets what `draws.info` tells of a run as a table of two columns: what, and its value.
 *
 * @param draws The draws.
 * @returns A block for a section of a report.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reportSampling } from "@likely/diagnostics";
 *
 * const info = { sampler: "nuts", evaluations: 9308, warmup: 500, seconds: 1.12907 };
 * const draws = { names: ["β"], chains: 4, length: 1000, values: new Float64Array(4000), info, warnings: [] };
 * assertEquals(reportSampling(draws).rows.at(-1), ["seconds, warm-up included", "1.129"]);
 * ```
 */
export function reportSampling(draws: Draws): ReportTable {
  const { chains, length, info } = draws;
  const hasWarmup = info.warmup !== undefined;
  // Whole nats are not enough where the error is a tenth of one.
  const spread = Number(info.logEvidenceError ?? NaN);
  const shown = (name: string, value: number) =>
    name === "logEvidence" ? reportNumber(value, 4, spread) : reportNumber(value);
  const nameOf = (name: string) =>
    hasWarmup && WHOLE_RUN.includes(name)
      ? `${name}, warm-up included`
      : Object.hasOwn(NAMES, name)
      ? NAMES[name]!
      : name;
  return {
    kind: "table",
    columns: [{ title: "what", align: "left" }, { title: "value", align: "left" }],
    rows: [
      areIndependent(draws)
        ? ["draws", `${reportNumber(chains * length)}, independent`]
        : ["chains", `${reportNumber(chains)} of ${reportNumber(length)} draws`],
      ...Object.entries(info).map((
        [name, value],
      ) => [nameOf(name), typeof value === "number" ? shown(name, value) : value]),
    ],
  };
}
