// The numbers of the picture, for those who read or hear them.

import type { ColumnSummary } from "./_columns.ts";
import { element } from "./_element.ts";

const COLUMNS = ["mean", "sd", "q5", "q50", "q95"] as const;
const HEADINGS = ["mean", "sd", "5 %", "50 %", "95 %"];

/** One row a parameter. */
export function summaryTable(rows: readonly ColumnSummary[]): HTMLTableElement {
  return element("table", {}, [
    element("caption", {}, ["The draws in numbers"]),
    element("thead", {}, [
      element("tr", {}, [
        element("th", { scope: "col" }, ["parameter"]),
        ...HEADINGS.map((heading) => element("th", { scope: "col", class: "right" }, [heading])),
      ]),
    ]),
    element(
      "tbody",
      {},
      rows.map((row) =>
        element("tr", {}, [
          element("th", { scope: "row" }, [row.name]),
          ...COLUMNS.map((column) => element("td", { class: "right" }, [inUnits(row[column], row.sd)])),
        ])
      ),
    ),
  ]);
}

/** A number with three digits of its spread. */
export function inUnits(value: number, spread: number): string {
  const decimals = 2 - Math.floor(Math.log10(spread));
  if (!Number.isFinite(value)) return "–";
  if (!Number.isFinite(decimals)) return String(+value.toPrecision(12));
  if (decimals < -3 || decimals > 9) return value.toPrecision(4);
  return value.toFixed(Math.max(0, decimals));
}
