import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { key, normalCdf, points } from "@likely/core";
import golden from "../tests/golden/calibration.json" with { type: "json" };
import { ERRORS, logPosterior, runOf } from "./_gaussian_case_test.ts";
import { coverage } from "./coverage.ts";
import { tarp } from "./tarp.ts";

Deno.test("coverage() of a normal in two dimensions is what chi-square tails say", async () => {
  // The region of level l is a disc: it holds the truth with probability 1 − (1 − l)^(s²).
  for (const [name, error] of Object.entries(ERRORS)) {
    const curve = coverage(key(1), await runOf(error), logPosterior(error));
    if (name === "shifted") {
      assert(curve.pValue < 0.05 && curve.tailExcess < 0, name);
      continue;
    }
    const s2 = ("scale" in error ? error.scale : 1) ** 2;
    curve.level.forEach((level, i) => {
      const expected = 1 - (1 - level) ** s2;
      // Standard error at most 0.029 with 300 rows; discs of 99 draws are a little ragged.
      assertAlmostEquals(curve.covered[i]!, expected, 3.5 * 0.029, `${name} at ${level}`);
    });
    const isInside = curve.covered.every((c, i) => curve.low[i]! - 1e-9 <= c && c <= curve.high[i]! + 1e-9);
    assertEquals([isInside, curve.pValue > 0.05], [name === "right", name === "right"], name);
    // ∫ of that minus the diagonal: s² / (1 + s²) − 1/2.
    assertAlmostEquals(curve.excess, s2 / (1 + s2) - 0.5, 3 * 0.017);
    if (name === "too narrow") assert(curve.tailExcess < -0.03);
    if (name === "too wide") assert(curve.tailExcess > 0.03);
  }
});

Deno.test("tarp() gives the ranks and the curve of the paper's formula", () => {
  const { dim, length, theta, draws, references, ranks, covered } = golden.tarp;
  const rows = (values: number[]) => points(Float64Array.from(values), dim);
  const run = {
    theta: rows(theta),
    x: rows(theta),
    draws: rows(draws),
    length,
    done: theta.length / dim,
    failed: 0,
    failures: [],
    failedSimulations: 0,
  };
  const curve = tarp(key(0), run, { references: rows(references) });
  assertEquals([...curve.ranks.values], ranks);
  assertEquals([...curve.level], Array.from({ length: length + 2 }, (_, k) => k / (length + 1)));
  curve.covered.forEach((value, i) => assertAlmostEquals(value, covered[i]!, 1e-12));
});

Deno.test("tarp() passes the right posterior and finds the others", async () => {
  const right = tarp(key(1), await runOf({}));
  assert(right.ks > 0.05 && right.pValue > 0.05, `ks ${right.ks}`);
  // ∫ over [1/2, 1]: a credibility has standard error at most 1/√(12 n) there.
  assertAlmostEquals(right.tailExcess, 0, 3 * 0.01);
  for (const [name, error] of Object.entries({ ...ERRORS, "correlated": { rho: 0.95 } })) {
    if (name === "right") continue;
    // A shift cancels between references on both sides of it: there they are all on one.
    const references = points(Float64Array.from({ length: 2000 }, (_, k) => k % 2 === 0 ? -6 : 0), 2);
    const wrong = tarp(key(1), await runOf(error, 1000), name === "shifted" ? { references } : {});
    assert(wrong.ks < 0.01, `${name}: ks ${wrong.ks}`);
    assert(wrong.pValue < 0.01, `${name}: p ${wrong.pValue}`);
    if (name === "too narrow") assert(wrong.tailExcess < 0, name);
    if (name === "too wide") assert(wrong.tailExcess > 0, name);
  }
});

Deno.test("tarp() with references that follow the data sees a posterior that is the prior", async () => {
  const run = await runOf({}, 300);
  const prior = { ...run, draws: points(run.draws.data.map((_, k) => gaussianGrid(k)), 2) };
  const references = points(run.x.data.map((value) => 3 * value), 2);
  assert(tarp(key(1), run, { references }).ks > 0.01);
  assert(tarp(key(1), prior, { references }).ks < 1e-3);
});

// Standard normal numbers that know nothing of x, by the golden ratio and a table of Φ.
function gaussianGrid(k: number): number {
  const u = (k * 0.6180339887498949 + Math.floor(k / 2) * 0.324717957244746) % 1;
  let z = 0;
  for (let step = 4; step > 1e-4; step /= 2) z += normalCdf(z) < u ? step : -step;
  return z;
}

Deno.test("tarp() refuses references that do not fit", async () => {
  const run = await runOf({}, 10);
  assertThrows(
    () => tarp(key(0), run, { references: points(new Float64Array(10), 1) }),
    TypeError,
    "2 columns",
  );
  assertThrows(
    () => tarp(key(0), run, { references: points(new Float64Array(10), 2) }),
    TypeError,
    "10 rows",
  );
});
