import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, points, readCsv } from "@likely/core";
import { momentsOf } from "./_coupling_test.ts";
import { camelsPairs, type CamelsSuite } from "./camels_pairs.ts";

const WAVENUMBERS = [0.5, 2, 8];

function table(n: number, scale: number) {
  return points(Float64Array.from({ length: 3 * n }, (_, i) => scale * [100, 10, 1][i % 3]!), 3);
}

function suite(n: number): CamelsSuite {
  const parameters = points(Float64Array.from({ length: n }, (_, i) => 0.6 + 0.4 * (i + 0.5) / n), 1);
  return { parameters, high: table(n, 1), low: table(n, 1.5), wavenumbers: WAVENUMBERS };
}

Deno.test("camelsPairs() adds noise of the size that was asked for, the same to both fidelities", () => {
  const n = 4000;
  for (const matched of [true, false]) {
    const { pairs } = camelsPairs(key(1), suite(n), { pairs: n - 1, noise: 0.2, matched });
    WAVENUMBERS.forEach((k, j) => {
      const noiseOf = (x: Float64Array, p: number) =>
        x.filter((_, i) => i % 3 === j).map((value) => (value / k - p) / (0.2 * (0.05 + p)));
      const p = [100, 10, 1][j]!;
      const [fine, coarse] = [noiseOf(pairs.fine.data, p), noiseOf(pairs.coarse.data, 1.5 * p)];
      const { mean, variance, meanError, varianceError } = momentsOf(fine);
      assertAlmostEquals(mean, 0, 4 * meanError);
      assertAlmostEquals(variance, 1, 4 * varianceError);
      const products = momentsOf(fine.map((value, i) => value * coarse[i]!));
      if (matched) fine.forEach((value, i) => assertAlmostEquals(value, coarse[i]!, 1e-9));
      else assertAlmostEquals(products.mean, 0, 4 * products.meanError);
    });
  }
});

Deno.test("camelsPairs() splits rows as told, and a row's noise does not depend on how", () => {
  const two = camelsPairs(key(2), suite(6), { pairs: 2 });
  const four = camelsPairs(key(2), suite(6), { pairs: 4 });
  assertEquals([two.pairs.theta.n, two.low.x.n, two.held.x.n], [2, 4, 4]);
  assertEquals(
    four.pairs.fine.data,
    new Float64Array([...two.pairs.fine.data, ...two.held.x.data.slice(0, 6)]),
  );
  assertEquals(four.pairs.coarse.data.slice(6), two.low.x.data.slice(0, 6));
  assertEquals(two.low.theta.data, suite(6).parameters.data.slice(2));
  assertAlmostEquals(two.prior.logDensity(fromRows([[0.8]]))[0]!, -Math.log(0.4), 1e-12);
});

Deno.test("camelsPairs() refuses tables that do not agree", () => {
  const good = suite(4);
  const pair = (change: Partial<CamelsSuite>) => () =>
    camelsPairs(key(0), { ...good, ...change }, { pairs: 1 });
  assertThrows(pair({ high: table(3, 1) }), TypeError, "Cannot pair spectra as high must have length 4");
  assertThrows(pair({ wavenumbers: [1] }), TypeError, "high must have 1 columns: current value is 3");
  assertThrows(pair({ parameters: table(4, 1) }), TypeError, "parameters must have 1 columns");
  assertThrows(pair({ low: table(4, NaN) }), RangeError, "low must be finite: row 0 has NaN in column 0");
  assertThrows(
    pair({ parameters: fromRows([[0.7], [0.8], [1.2], [0.9]]) }),
    RangeError,
    "parameters must be in (0.6, 1): row 2 has 1.2",
  );
  assertThrows(() => camelsPairs(key(0), good, { pairs: 4 }), RangeError, "a whole number in [1, 3]");
  assertThrows(
    () => camelsPairs(key(0), good, { pairs: 1, noise: -1 }),
    RangeError,
    "must be a finite number >= 0",
  );
});

// The suite itself is looked for in the folder that LIKELY_CAMELS names, else beside the project.
const folder = Deno.env.get("LIKELY_CAMELS");
const FOLDER = folder
  ? new URL(`${folder}/`, new URL(`file://${Deno.cwd()}/`))
  : new URL("../../shared/data/camels/", import.meta.url);
const hasCamels = await Deno.stat(FOLDER).then((info) => info.isDirectory, () => false);
const name = "camelsPairs() on the suite: both fidelities agree, and better with the same noise";

Deno.test({
  name: hasCamels ? name : `${name} (CAMELS data absent)`,
  ignore: !hasCamels,
  fn: async () => {
    const read = (file: string) => Deno.readTextFile(new URL(file, FOLDER));
    // A first column with names.
    const text = (await read("parameters.csv")).trim().split("\n").map((line) => line.replace(/^[^,]*,/, ""));
    const all = readCsv(text.join("\n"));
    const column = all.names.indexOf("sigma_8");
    const parameters = points(all.rows.data.filter((_, i) => i % all.rows.dim === column), 1);
    const [high, low] = [
      readCsv(await read("power_high.csv")).rows,
      readCsv(await read("power_low.csv")).rows,
    ];
    const wavenumbers = readCsv(await read("k.csv")).rows.data;
    const share = (noise: number, matched: boolean) => {
      const { pairs, low: unpaired } = camelsPairs(
        key(3),
        { parameters, high, low, wavenumbers },
        { pairs: 900, noise, matched },
      );
      assertEquals([unpaired.x.n, pairs.fine.dim], [100, 39]);
      // As a share of the variance at each wavenumber, averaged.
      let sum = 0;
      for (let j = 0; j < 39; j++) {
        const fine = pairs.fine.data.filter((_, i) => i % 39 === j);
        const coarse = pairs.coarse.data.filter((_, i) => i % 39 === j);
        sum += momentsOf(fine.map((v, i) => v - coarse[i]!)).variance / momentsOf(fine).variance / 39;
      }
      return sum;
    };
    const [clean, matched, unmatched] = [share(0, true), share(0.2, true), share(0.2, false)];
    assert(
      clean < 0.15 && matched < 1.2 * clean && unmatched > 2 * matched,
      `${[clean, matched, unmatched]}`,
    );
    assertEquals([share(0.05, true) < share(0.05, false)], [true]);
  },
});
