import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { foldIn, key, points } from "@likely/core";
import { calibrationRun } from "./calibration_run.ts";
import { ERRORS, logPosterior, pairs, posterior, runOf } from "./_gaussian_case_test.ts";
import { sbc } from "./sbc.ts";

Deno.test("sbc() passes the right posterior and tells how the others are wrong", async () => {
  const found = new Map<string, ReturnType<typeof sbc>>();
  for (const [name, error] of Object.entries(ERRORS)) found.set(name, sbc(key(1), await runOf(error)));
  const row = (name: string) => found.get(name)!.rows[0]!;
  assert(found.get("right")!.pValue > 0.05);
  for (const { spread, mean, chiSquare } of found.get("right")!.rows) {
    // Standard errors with 300 ranks: of the mean 1/√(12 · 300) = 0.017, of the spread 0.052.
    assertAlmostEquals(mean, 0.5, 3 * 0.017);
    assertAlmostEquals(spread, 1, 3 * 0.052);
    assert(chiSquare > 0.01);
  }
  for (const name of ["too narrow", "too wide", "shifted"]) {
    assert(found.get(name)!.pValue < 1e-3, name);
    assert(row(name).chiSquare < 0.01, name);
  }
  assert(row("too narrow").spread > 1.25 && row("too wide").spread < 0.75);
  assert(row("shifted").mean < 0.4, "draws are too large: truths rank low");
  assert(found.get("shifted")!.rows[1]!.ecdf > 0.01, "the second parameter is right");
});

Deno.test("the right posterior is refused as often as the level says", async () => {
  // 60 runs of 40 rows: 10 % refused, standard error 3.9 %; Bonferroni keeps it at or below.
  let refused = 0;
  for (let s = 0; s < 60; s++) {
    const { theta, x } = pairs(2400);
    const part = (rows: typeof x) => points(rows.data.subarray(s * 80, (s + 1) * 80), 2);
    const data = { theta: part(theta), x: part(x), failed: 0 };
    const run = await calibrationRun(foldIn(key(6), s), data, posterior(), { draws: 19 });
    if (sbc(key(1), run).pValue <= 0.1) refused++;
  }
  assert(refused <= 60 * (0.1 + 3 * 0.039), `refused ${refused} of 60`);
});

Deno.test("sbc() of a log density sees a posterior that is the prior; parameters do not", async () => {
  const prior = await calibrationRun(
    key(5),
    pairs(300),
    (key, _x, n) => posterior({ scale: Math.SQRT2 })(key, new Float64Array(2), n),
  );
  const quantities = [{ name: "log posterior", evaluate: logPosterior() }];
  const { rows } = sbc(key(1), prior, { names: ["a", "b"], quantities });
  assertEquals(rows.map(({ name }) => name), ["a", "b", "log posterior"]);
  assert(rows[0]!.ecdf > 0.01 && rows[1]!.ecdf > 0.01);
  assert(rows[2]!.ecdf < 1e-6);
});

Deno.test("sbc() breaks ties at random: a coin is ranked uniformly", async () => {
  const coin = points(Float64Array.from(pairs(300).theta.data, (value) => value > 0 ? 1 : 0), 2);
  const data = { theta: coin, x: coin, failed: 0 };
  const run = await calibrationRun(key(2), data, toss);
  assert(sbc(key(1), run).pValue > 0.01);
});

function toss(k: ReturnType<typeof key>, _x: Float64Array, n: number) {
  const draws = posterior({ scale: 1 })(k, new Float64Array(2), n) as ReturnType<typeof points>;
  return { ...draws, data: draws.data.map((value) => value > 0 ? 1 : 0) };
}

Deno.test("sbc() wants a name for every parameter", async () => {
  const run = await runOf({}, 10);
  assertThrows(() => sbc(key(0), run, { names: ["a"] }), TypeError, "length 2");
});

Deno.test("sbc() refuses a test quantity that is no number, which would rank lowest", async () => {
  const run = await runOf({});
  const broken = (at: number) => ({
    name: "broken",
    evaluate: ({ n }: { readonly n: number }) => new Float64Array(n).fill(1).fill(NaN, at, at + 1),
  });
  for (const [at, whose] of [[0, "the truth"], [3, "draw 2"]] as const) {
    assertThrows(
      () => sbc(key(0), run, { quantities: [broken(at)] }),
      RangeError,
      `row 0 has NaN for ${whose}`,
    );
  }
});
