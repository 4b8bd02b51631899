// Every diagnostic in other units: x → a x + b must change nothing but the units of what it says.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, type Draws, fromRows, key, type Points, points, stream } from "@likely/core";
import { density } from "./_density.ts";
import { windowOf } from "./_columns.ts";
import { whitening } from "./_whitening.ts";
import { c2st } from "./c2st.ts";
import { calibrationRun } from "./calibration_run.ts";
import { chainModes } from "./chain_modes.ts";
import { mlpClassifier } from "./classifier.ts";
import { convergenceWarnings } from "./convergence_warnings.ts";
import { coverage } from "./coverage.ts";
import { essBulk, essMean, essTail } from "./ess.ts";
import { lc2st } from "./lc2st.ts";
import { mcse } from "./mcse.ts";
import { misspecification } from "./misspecification.ts";
import { mmd } from "./mmd.ts";
import { predictiveCheck } from "./predictive_check.ts";
import { quantile } from "./quantile.ts";
import { rHat } from "./r_hat.ts";
import { checkReference, referenceCloud } from "./reference_cloud.ts";
import { sbc } from "./sbc.ts";
import { slicedWasserstein } from "./sliced_wasserstein.ts";
import { summary } from "./summary.ts";
import { tarp } from "./tarp.ts";
import { thinDraws } from "./thin_draws.ts";

/** A change of units, the same for all numbers. */
interface Units {
  readonly a: number;
  readonly b: number;
}

const CHAINS = 4;
const LENGTH = 250;
const DIM = 2;

/** Four slow chains in two columns, the last chain elsewhere. */
const PLAIN: Float64Array = (() => {
  const random = stream(key(7));
  const out = new Float64Array(CHAINS * LENGTH * DIM);
  for (let c = 0; c < CHAINS; c++) {
    const state = [0, 0];
    for (let t = 0; t < LENGTH; t++) {
      for (let j = 0; j < DIM; j++) {
        state[j] = 0.6 * state[j]! + drawNormal(random);
        out[(c * LENGTH + t) * DIM + j] = state[j]! + (c === CHAINS - 1 ? 6 * j : 0);
      }
    }
  }
  return out;
})();

const moved = ({ data, dim }: Points, { a, b }: Units) => points(data.map((x) => a * x + b), dim);
const plainRows = (from: number, to: number) => points(PLAIN.slice(from * DIM, to * DIM), DIM);

function drawsIn({ a, b }: Units): Draws {
  const info = { sampler: "none", evaluations: 0 };
  const values = PLAIN.map((x) => a * x + b);
  return { names: ["p", "q"], chains: CHAINS, length: LENGTH, values, info, warnings: [] };
}

/** Truths, data = truth + noise, and draws around the data. */
function runIn(units: Units) {
  const random = stream(key(3));
  const rows = (n: number, near: (i: number) => number) =>
    moved(points(Float64Array.from({ length: n * DIM }, (_, k) => near(k) + drawNormal(random)), DIM), units);
  const theta = rows(60, () => 0);
  const plain = (k: number) => (theta.data[k]! - units.b) / units.a;
  const x = rows(60, plain);
  const all = rows(60 * 20, (k) => plain(Math.floor(k / (20 * DIM)) * DIM + k % DIM));
  let at = 0;
  const sample = () => points(all.data.slice(at, at += 20 * DIM), DIM);
  return calibrationRun(key(4), { theta, x, failed: 0 } as never, sample, { draws: 20 });
}

const quick = mlpClassifier({ epochs: 5 });

/** What a diagnostic says: numbers without units, numbers in the units, differences in the units. */
interface Said {
  readonly bare?: ArrayLike<number>;
  readonly placed?: ArrayLike<number>;
  readonly sized?: ArrayLike<number>;
  readonly words?: readonly string[];
}

const DIAGNOSTICS: Readonly<Record<string, (units: Units) => Said | Promise<Said>>> = {
  essBulk: (units) => ({ bare: essBulk(drawsIn(units)) }),
  essTail: (units) => ({ bare: essTail(drawsIn(units)) }),
  essMean: (units) => ({ bare: essMean(drawsIn(units)) }),
  rHat: (units) => ({ bare: rHat(drawsIn(units)) }),
  mcse: (units) => ({ sized: mcse(drawsIn(units)) }),
  quantile: (units) => ({ placed: [quantile(drawsIn(units).values, 0.3)] }),
  summary: (units) => {
    const rows = summary(drawsIn(units));
    return {
      placed: rows.flatMap(({ mean, q5, q50, q95 }) => [mean, q5, q50, q95]),
      sized: rows.flatMap(({ sd, mcse }) => [sd, mcse]),
      bare: rows.flatMap(({ essBulk, essTail, rHat }) => [essBulk, essTail, rHat]),
    };
  },
  chainModes: (units) => {
    const groups = chainModes(drawsIn(units));
    return {
      bare: groups.flatMap(({ chains }) => [...chains, -1]),
      placed: groups.flatMap(({ mean }) => [...mean]),
    };
  },
  convergenceWarnings: (units) => ({
    // The places of modes are in the units.
    words: convergenceWarnings(drawsIn(units)).map((text) => text.replace(/\(chain.*\)/, "")),
  }),
  thinDraws: (units) => {
    const { values, ...rest } = drawsIn(units);
    return {
      placed:
        thinDraws({ ...rest, chains: 1, length: 3 * LENGTH, values: values.slice(0, 6 * LENGTH) }, 50).data,
    };
  },
  "density in one dimension": (units) => {
    const column = drawsIn(units).values.filter((_, k) => k % DIM === 0);
    return { bare: density({ columns: [column], length: LENGTH }, [{ ...windowOf([column]), bins: 64 }]) };
  },
  "density in two dimensions": (units) => {
    const { values } = drawsIn(units);
    const columns = [0, 1].map((j) => values.filter((_, k) => k % DIM === j));
    const axes = columns.map((column) => ({ ...windowOf([column]), bins: 16 }));
    return { bare: density({ columns, length: LENGTH }, axes) };
  },
  whitening: (units) => {
    const rows = moved(plainRows(0, 300), units);
    return { bare: whitening(rows)(rows).data };
  },
  c2st: async (units) => {
    const [first, second] = [plainRows(0, 100), plainRows(800, 900)].map((rows) => moved(rows, units));
    return { bare: [await c2st(key(1), first!, second!, { folds: 2, train: quick })] };
  },
  lc2st: async (units) => {
    const observation = {
      x: [0.5, 0].map((x) => units.a * x + units.b),
      draws: moved(plainRows(0, 50), units),
    };
    const { statistic } = await lc2st(key(1), await runIn(units), observation, { nulls: 2, train: quick });
    return { bare: [statistic] };
  },
  mmd: (units) => {
    const [first, second] = [plainRows(0, 60), plainRows(800, 860)].map((rows) => moved(rows, units));
    const { mmd2, bandwidth, pValue } = mmd(key(1), first!, second!, { permutations: 20 });
    return { bare: [mmd2, pValue], sized: [bandwidth] };
  },
  slicedWasserstein: (units) => {
    const [first, second] = [plainRows(0, 60), plainRows(800, 860)].map((rows) => moved(rows, units));
    return { sized: [slicedWasserstein(key(1), first!, second!)] };
  },
  sbc: async (units) => {
    const { rows } = sbc(key(1), await runIn(units));
    return { bare: rows.flatMap(({ ranks, mean, ecdf }) => [...ranks.values, mean, ecdf]) };
  },
  tarp: async (units) => ({ bare: tarp(key(1), await runIn(units)).covered }),
  coverage: async (units) => {
    const logDensity = ({ data, n }: Points) =>
      Float64Array.from({ length: n }, (_, i) => -(((data[DIM * i]! - units.b) / units.a) ** 2));
    return { bare: coverage(key(1), await runIn(units), logDensity).covered };
  },
  misspecification: (units) => {
    const check = misspecification(key(1), moved(plainRows(0, 700), units));
    const { distance, mahalanobis, pValue } = check.check([3, -3].map((x) => units.a * x + units.b));
    return { bare: [distance, mahalanobis, pValue] };
  },
  referenceCloud: (units) => {
    const check = checkReference(referenceCloud(moved(plainRows(0, 700), units)));
    const { distance, pValue } = check.check([9, -9].map((x) => units.a * x + units.b));
    // Kept to a byte and four digits.
    return { bare: [Math.round(20 * distance), pValue] };
  },
  predictiveCheck: (units) => {
    const replicates = moved(plainRows(0, 300), units);
    const [row] = predictiveCheck({
      observed: [1, 1].map((x) => units.a * x + units.b),
      replicates,
      statistics: { first: ([x]) => x! },
    });
    return { bare: [row!.pValue] };
  },
};

const SCALES = [1e-18, 1e-12, 1e-6, 1e-3, 1e6, 1e18];
// Of the spread. Larger ones cost digits, as many as they have.
const OFFSETS = [0, -1e3, 1e6];

function assertAlike(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assertEquals(found.length, expected.length);
  for (let i = 0; i < found.length; i++) {
    const size = Math.max(1, Math.abs(expected[i]!));
    assertAlmostEquals(found[i]! / size, expected[i]! / size, tolerance, `number ${i}`);
  }
}

for (const [name, says] of Object.entries(DIAGNOSTICS)) {
  Deno.test(`${name} says the same in other units`, async () => {
    const plain = await says({ a: 1, b: 0 });
    assert((plain.bare ?? plain.placed ?? plain.sized ?? plain.words)!.length > 0);
    for (const scale of SCALES) {
      for (const offset of OFFSETS) {
        const units = { a: scale, b: offset * scale };
        const { bare = [], placed = [], sized = [], words = [] } = await says(units);
        // Classifiers amplify rounding errors, and the bandwidth of a density is one of a few.
        const tolerance = /c2st/.test(name) ? 0.02 : 1e-6;
        assertAlike(bare, plain.bare ?? [], tolerance);
        assertAlike(Array.from(placed, (x) => (x - units.b) / scale), plain.placed ?? [], 1e-6);
        assertAlike(Array.from(sized, (x) => x / scale), plain.sized ?? [], 1e-6);
        assertEquals(words, plain.words ?? []);
      }
    }
  });
}

Deno.test("a constant is a constant in every unit, rounding included", () => {
  const info = { sampler: "none", evaluations: 0 };
  for (const size of [1e-18, 0.1, 101325.385, 1e18]) {
    const values = Float64Array.from(
      { length: 400 },
      (_, i) => size * (i % 3 === 0 ? 1 : 1 + Number.EPSILON),
    );
    const draws = { names: ["c"], chains: 4, length: 100, values, info, warnings: [] };
    assertEquals([essMean(draws)[0], essBulk(draws)[0], essTail(draws)[0], rHat(draws)[0]], [
      400,
      400,
      400,
      NaN,
    ]);
    const same = summary({ ...draws, values: new Float64Array(400).fill(size) })[0]!;
    assertEquals([same.sd, same.mcse, same.q5, same.q95], [0, 0, size, size]);
    const rows = fromRows(Array.from({ length: 30 }, () => [size]));
    assertEquals(whitening(rows)(rows).data, new Float64Array(30));
  }
});
