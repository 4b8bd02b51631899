import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fromRows, key, type Points } from "@likely/core";
import { readSbibm, sbibmTest } from "../tests/_sbibm.ts";
import { CLOSED, mapped, normals, SBIBM } from "../tests/golden/c2st_cases.ts";
import golden from "../tests/golden/c2st.json" with { type: "json" };
import { c2st } from "./c2st.ts";
import { mlpClassifier } from "./classifier.ts";

for (const [name, make] of Object.entries(CLOSED)) {
  Deno.test(`c2st() agrees with scikit-learn to 0.02: ${name}`, async () => {
    const { a, b } = make();
    assertAlmostEquals(
      await c2st(key(0), a, b),
      golden.closed[name as keyof typeof golden.closed].c2st,
      0.02,
    );
  });
}

for (const [name, { task, make }] of Object.entries(SBIBM)) {
  sbibmTest(`c2st() agrees with scikit-learn to 0.02: ${name}`, async () => {
    const { a, b } = make((await readSbibm(task, 1)).reference);
    assertAlmostEquals(await c2st(key(0), a, b), golden.sbibm[name as keyof typeof golden.sbibm].c2st, 0.02);
  });
}

// The best classifier of two normals is linear; here it is told its direction.
function threshold(cut: number) {
  return () => (rows: Points) => rows.data.map((value) => value > cut ? 1 : 0);
}

Deno.test("c2st() with a classifier handed over has its accuracy, in units of the reference", async () => {
  // N(5, 2²) against N(9, 2²): cut at 7, which is 1 in standard units; accuracy Φ(1).
  const reference = mapped(normals(1, 4000, 1), (value) => 5 + 2 * value);
  const sample = mapped(normals(2, 4000, 1), (value) => 9 + 2 * value);
  const accuracy = await c2st(key(0), reference, sample, { train: threshold(1) });
  // Standard error √(0.84 · 0.16 / 8000) = 0.004.
  assertAlmostEquals(accuracy, 0.8413, 3 * 0.0041);
  assertEquals(await c2st(key(0), reference, sample, { train: threshold(1), folds: 3 }) > 0.8, true);
});

Deno.test("c2st() tests every row once, by a classifier that has not seen it", async () => {
  const reference = fromRows(Array.from({ length: 11 }, (_, i) => [i]));
  const sample = fromRows(Array.from({ length: 8 }, (_, i) => [100 + i]));
  const unseen: number[] = [];
  await c2st(key(0), reference, sample, {
    folds: 4,
    train: (_key, rows, labels) => {
      assertEquals(rows.n, labels.length);
      const seen = new Set(rows.data);
      return (at) => {
        assert(at.data.every((value) => !seen.has(value)));
        unseen.push(...at.data);
        return new Float64Array(at.n);
      };
    },
  });
  assertEquals([unseen.length, new Set(unseen).size], [19, 19]);
});

Deno.test("c2st() depends on its key alone", async () => {
  const [a, b] = [normals(1, 40, 2), normals(2, 40, 2)];
  const options = { train: mlpClassifier({ epochs: 5 }) };
  assertEquals(await c2st(key(3), a, b, options), await c2st(key(3), a, b, options));
});

Deno.test("c2st() refuses what it cannot compare", async () => {
  const [a, b] = [normals(1, 10, 2), normals(2, 10, 1)];
  await assertRejects(() => c2st(key(0), a, b), TypeError, "2 columns");
  await assertRejects(() => c2st(key(0), a, normals(2, 3, 2)), RangeError, "at least 5 rows");
  await assertRejects(() => c2st(key(0), a, mapped(a, () => NaN)), RangeError, "finite");
  await assertRejects(() => c2st(key(0), a, a, { folds: 1 }), RangeError, "folds");
});
