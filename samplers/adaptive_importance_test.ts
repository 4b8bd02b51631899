import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fromRows, key, type LogDensity, mean, points } from "@likely/core";
import { cholesky, solveLower } from "@likely/core/cholesky";
import { adaptiveImportance } from "./adaptive_importance.ts";
import { studentT } from "./student_t.ts";

/** A normal log density of a mean and a factor, normalised. */
function normal(at: readonly number[], factor: Float64Array): LogDensity {
  const dim = at.length;
  let top = -dim / 2 * Math.log(2 * Math.PI);
  for (let j = 0; j < dim; j++) top -= Math.log(factor[j * dim + j]!);
  return {
    name: "normal",
    dim,
    evaluate: ({ data, n }) => ({
      value: Float64Array.from({ length: n }, (_, i) => {
        const z = data.slice(i * dim, (i + 1) * dim).map((value, j) => value - at[j]!);
        solveLower(factor, z);
        return top - 0.5 * z.reduce((sum, value) => sum + value * value, 0);
      }),
    }),
  };
}

const names = ["a", "b", "c"];
const start = studentT({ names, mean: [0, 0, 0], factor: Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]) });
// Scales of a hundred to one, correlated, fifty widths away.
const covariance = Float64Array.from([1, 0.09, 0, 0.09, 0.01, 0, 0, 0, 0.0001]);
const far = normal([10, 5, -0.5], cholesky(covariance));

Deno.test("studentT() has the mean, the covariance and the density of its distribution", () => {
  const factor = Float64Array.from([2, 0, 1, 0.5]);
  const t = studentT({ names: ["a", "b"], mean: [3, -1], factor, degrees: 7 });
  const { data, n } = t.sample(key(0), 40_000);
  const column = (j: number) => data.filter((_, k) => k % 2 === j).map((value) => value - [3, -1][j]!);
  const [a, b] = [column(0), column(1)];
  // Covariance: the scale matrix times ν / (ν − 2); a relative error of some √(10 / n), fourth moments being 5/3 of a normal's times 3.
  const each = 7 / 5;
  assertAlmostEquals(mean(a), 0, 4 * Math.sqrt(4 * each / n));
  assertAlmostEquals(mean(a.map((value) => value * value)), 4 * each, 4 * 4 * each * Math.sqrt(4 / n));
  assertAlmostEquals(mean(a.map((value, i) => value * b[i]!)), 2 * each, 4 * 4 * each * Math.sqrt(4 / n));
  // scipy.stats.multivariate_t([3, -1], L Lᵀ, df=7).logpdf
  const found = t.logDensity(fromRows([[3, -1], [4, 1], [-20, 7]]));
  const scale = (1 / (2 * Math.PI)) / (2 * 0.5);
  assertAlmostEquals(found[0]!, Math.log(scale), 1e-12); // in two dimensions Γ(ν/2 + 1) / (Γ(ν/2) ν) is 1/2
  const square = (x: number, y: number) => (x / 2) ** 2 + ((y - x / 2) / 0.5) ** 2;
  assertAlmostEquals(found[1]!, Math.log(scale) - 4.5 * Math.log1p(square(1, 2) / 7), 1e-12);
  assertAlmostEquals(found[2]!, Math.log(scale) - 4.5 * Math.log1p(square(-23, 8) / 7), 1e-12);
});

Deno.test("adaptiveImportance() finds a far, narrow and correlated target, with its moments and its mass", async () => {
  const drawn = await adaptiveImportance(key(1), far, start, { draws: 4000 });
  assertEquals([drawn.warnings, drawn.info.sampler], [[], "importance"]);
  assert(drawn.rounds > 2 && drawn.rounds <= 12, `${drawn.rounds}`);
  const rows = points(drawn.values, 3);
  const ess = Number(drawn.info.ess);
  assert(ess >= 2000, `${ess}`);
  [10, 5, -0.5].forEach((at, j) => {
    const column = rows.data.filter((_, k) => k % 3 === j);
    const sd = Math.sqrt(covariance[j * 4]!);
    assertAlmostEquals(mean(column), at, 4 * sd / Math.sqrt(ess));
    assertAlmostEquals(mean(column.map((value) => ((value - at) / sd) ** 2)), 1, 4 * Math.sqrt(2 / ess));
  });
  assertAlmostEquals(Number(drawn.info.logEvidence), 0, 4 * Number(drawn.info.logEvidenceError));
});

Deno.test("adaptiveImportance() ends with its first round where the start is good, for few draws", async () => {
  const near = normal([0.1, 0, 0], Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]));
  const drawn = await adaptiveImportance(key(2), near, start, { draws: 100 });
  assertEquals([drawn.rounds, drawn.info.evaluations, drawn.warnings], [1, 250, []]);
});

Deno.test("adaptiveImportance() gives the same draws for the same key, and others for another", async () => {
  const draw = async (
    seed: number,
  ) => [...(await adaptiveImportance(key(seed), far, start, { draws: 50 })).values];
  assertEquals(await draw(1), await draw(1));
  assert(String(await draw(1)) !== String(await draw(2)));
});

Deno.test("adaptiveImportance() warns where no t distribution is like the target", async () => {
  // Two needles, a thousand widths apart.
  const needles: LogDensity = {
    name: "needles",
    dim: 1,
    evaluate: ({ data }) => ({
      value: data.map((z) => Math.max(-0.5 * ((z - 1) / 1e-3) ** 2, -0.5 * ((z + 1) / 1e-3) ** 2)),
    }),
  };
  const wide = studentT({ names: ["z"], mean: [0], factor: new Float64Array([2]) });
  const drawn = await adaptiveImportance(key(3), needles, wide, { draws: 1000, most: 2000 });
  assert(drawn.warnings.some((text) => text.includes("count") || text.includes("Pareto")));
  assert(drawn.rounds <= 12);
  // Tails like 1 / z²: weights without a mean.
  const cauchy: LogDensity = {
    name: "cauchy",
    dim: 1,
    evaluate: ({ data }) => ({ value: data.map((z) => -Math.log1p(z * z)) }),
  };
  const heavy = await adaptiveImportance(key(4), cauchy, wide, { draws: 5000 });
  assert(Number(heavy.info.kHat) > 0.7 && heavy.warnings.length > 0, `${heavy.info.kHat}`);
});

Deno.test("adaptiveImportance() stops by its signal and refuses what is no number of rows", async () => {
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  const { signal } = controller;
  await assertRejects(() => adaptiveImportance(key(5), far, start, { signal }), Error, "enough");
  for (
    const [options, name] of [[{ draws: 0 }, "draws"], [{ pilot: 3 }, "pilot"], [
      { rounds: 0 },
      "rounds",
    ]] as const
  ) {
    await assertRejects(() => adaptiveImportance(key(5), far, start, options), RangeError, name);
  }
});
