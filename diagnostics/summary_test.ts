import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CASES, toDraws } from "../tests/golden/arviz_diagnostics.ts";
import { formatSummary, summary } from "./summary.ts";

Deno.test("summary() gathers what ArviZ and NumPy give", () => {
  const { draws, quantiles, ...expected } = CASES.find(({ name }) => name === "autocorrelated")!;
  const [row] = summary(draws);
  assertAlmostEquals(row!.rHat, expected.rHat, 1e-10);
  assertAlmostEquals(row!.essBulk, expected.essBulk, 1e-8);
  assertAlmostEquals(row!.essTail, expected.essTail, 1e-8);
  assertAlmostEquals(row!.mcse, expected.mcse, 1e-10);
  assertEquals(
    [row!.q5, row!.q50, row!.q95].map((q) => q.toFixed(10)),
    [1, 3, 4].map((i) => quantiles[i]!.toFixed(10)),
  );
});

Deno.test("summary() gives mean and sample standard deviation by column", () => {
  const values = new Float64Array([1, 10, 2, 20, 3, 30, 4, 40]);
  const rows = summary({ ...toDraws([], 1), names: ["a", "b"], chains: 2, length: 2, values });
  assertEquals(rows.map(({ name, mean }) => [name, mean]), [["a", 2.5], ["b", 25]]);
  assertAlmostEquals(rows[1]!.sd, Math.sqrt(500 / 3), 1e-12);
  assertEquals(rows[0]!.rHat, NaN);
});

Deno.test("formatSummary() aligns columns whatever the numbers", () => {
  const text = formatSummary(
    CASES.flatMap(({ name, draws }) => summary(draws).map((row) => ({ ...row, name }))),
  );
  const lines = text.split("\n");
  assertEquals(lines.length, CASES.length + 1);
  assertEquals(new Set(lines.map((line) => line.length)).size, 1);
  assert(lines[0]!.endsWith("R-hat"));
});

Deno.test("formatSummary() shows digits that the width warrants", () => {
  const row = {
    mean: 1234.5678,
    q5: 0,
    q50: 0,
    q95: 0,
    mcse: 0.012345,
    essBulk: 100.4,
    essTail: 99.6,
    rHat: 1,
  };
  const [, wide, narrow] = formatSummary([{ ...row, name: "wide", sd: 250 }, {
    ...row,
    name: "narrow",
    sd: 0.02,
  }]).split("\n");
  assert(/^wide +1235 +250 /.test(wide!), wide);
  assert(/^narrow +1234.5678 +0.0200 /.test(narrow!), narrow);
  assert(wide!.endsWith("0.012       100       100  1.000"), wide);
});

Deno.test("formatSummary() of nothing is its heading", () => {
  assertEquals(formatSummary([]).split("\n").length, 1);
});
