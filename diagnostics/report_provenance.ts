/**
 * Where a surrogate comes from, as a table of a report.
 *
 * @module
 */

import type { Provenance } from "@likely/core";
import type { ReportTable } from "./report.ts";
import { reportNumber } from "./report_number.ts";

const UNKNOWN = "not known: trained elsewhere";

/**
 * Sets provenance as a table of two columns: what, and its value.
 *
 * @param provenance As an artifact carries it.
 * @param more Further lines by name: the observation, the sampler, a file's digest, …
 * @returns A block for a section of a report.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reportProvenance } from "@likely/diagnostics";
 *
 * const table = reportProvenance({
 *   simulator: "sir",
 *   simulations: 10_000,
 *   failed: 0,
 *   key: "0:2a",
 *   loss: { name: "nle", options: {} },
 *   engine: "fused",
 *   versions: { likely: "0.1.0" },
 *   training: { loss: -1.25, epochs: 40 },
 * });
 * assertEquals(table.rows[0], ["simulator", "sir"]);
 * ```
 */
export function reportProvenance(
  provenance: Provenance,
  more: Readonly<Record<string, string | number>> = {},
): ReportTable {
  const { simulator, simulations, failed, failedAs, key, loss, network, engine, versions, training } =
    provenance;
  const { warnings = [], advice = [], trials } = provenance;
  const each = trials ? ` with ${reportNumber(trials)} trials each` : "";
  // Of an imported network.
  const isElsewhere = simulations === 0;
  const rows = [
    ["simulator", simulator],
    [
      "simulations",
      isElsewhere
        ? UNKNOWN
        : `${reportNumber(simulations)} used${each}, ${reportNumber(failed)} failed${
          failedAs ? `: ${failedAs}` : ""
        }`,
    ],
    ["key", key],
    ["loss", [loss.name, listed(loss.options)].filter(Boolean).join(": ")],
    ...(network === undefined ? [] : [["network", network]]),
    ["engine", engine],
    [
      "training",
      isElsewhere
        ? UNKNOWN
        : `${reportNumber(training.epochs)} epochs, best validation loss ${reportNumber(training.loss, 6)}`,
    ],
    ["versions", listed(versions)],
    ...warnings.map((text) => ["warning", text] as const),
    ...advice.map((text) => ["advice", text] as const),
    ...Object.entries(more).map((
      [name, value],
    ) => [name, typeof value === "number" ? reportNumber(value) : value]),
  ];
  return {
    kind: "table",
    columns: [{ title: "what", align: "left" }, { title: "value", align: "left" }],
    rows,
  };
}

function listed(record: Readonly<Record<string, string | number | boolean>>): string {
  const short = (value: unknown) => typeof value === "number" ? reportNumber(value) : value;
  return Object.entries(record).map(([name, value]) => `${name} ${short(value)}`).join(", ");
}
