import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DENSITIES, densityArtifact, REAL_DENSITIES } from "../tests/_density_specs.ts";
import { doubles, embed } from "../tests/_reference_network.ts";
import type { Artifact } from "./artifact.ts";
import type { DensitySpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import { independent } from "./independent.ts";
import { initWeights } from "./init_weights.ts";
import { key } from "./key.ts";
import { normal } from "./normal.ts";
import { plainDensity } from "./plain_density.ts";
import { fromRows, type Points, points } from "./points.ts";
import type { Standardisation } from "./scaling.ts";
import type { NetworkSpec } from "./spec.ts";

/** A condition that fits the spec, the same numbers every time. */
function conditionOf(spec: DensitySpec, n: number = 1): Points {
  const { condition } = densityWidths(spec);
  return points(Float64Array.from({ length: n * condition }, (_, k) => Math.sin(1.7 * k + 0.3)), condition);
}

/** Midpoints of a square grid, `[cells ** dim, dim]`, and the volume of a cell. */
function grid(dim: number, cells: number, [low, high]: readonly [number, number]) {
  const step = (high - low) / cells;
  const at = (i: number) => low + (i + 0.5) * step;
  const count = cells ** dim;
  const data = Float64Array.from(
    { length: count * dim },
    (_, k) => at(Math.floor(Math.floor(k / dim) / cells ** (k % dim)) % cells),
  );
  return { rows: points(data, dim), volume: step ** dim };
}

const SMALL = Object.entries(REAL_DENSITIES).filter(([, spec]) => densityWidths(spec).target <= 2);

for (const [name, spec] of SMALL) {
  Deno.test(`${name} has the mass of one`, () => {
    const { target } = densityWidths(spec);
    const density = plainDensity(densityArtifact(spec, 1, 0.4));
    const { rows, volume } = grid(target, target === 1 ? 4000 : 160, target === 1 ? [-20, 20] : [-9, 9]);
    const sum = density.logDensity(rows, conditionOf(spec)).reduce((a, value) => a + Math.exp(value), 0);
    assertAlmostEquals(sum * volume, 1, 2e-3);
  });
}

/** A posterior whose parameters end somewhere. */
function bounded(spec: DensitySpec, ends: Pick<Standardisation, "log" | "upper">): Artifact {
  const artifact = densityArtifact(spec, 2, 0.6);
  return { ...artifact, scaling: { ...artifact.scaling, theta: { ...artifact.scaling.theta, ...ends } } };
}

const ENDS: Readonly<
  Record<string, readonly [Pick<Standardisation, "log" | "upper">, low: number, high: number]>
> = {
  "both ends": [{ log: [-1], upper: [2] }, -1, 2],
  "a lower end": [{ log: [-1] }, -1, 400],
  "an upper end": [{ upper: [2] }, -400, 2],
};

for (const [name, [ends, low, high]] of Object.entries(ENDS)) {
  for (const kind of ["maf", "nsf", "mdn"] as const) {
    const spec = Object.values(DENSITIES).find((spec) =>
      spec.kind === kind && spec.target === "theta" && spec.thetaDim === 1
    )!;
    Deno.test(`a parameter with ${name} keeps all its mass and every draw of a ${kind} inside`, () => {
      const density = plainDensity(bounded(spec, ends));
      const x = conditionOf(spec);
      const { rows, volume } = grid(1, 40_000, [low, high]);
      const values = density.logDensity(rows, x);
      assertAlmostEquals(values.reduce((a, value) => a + Math.exp(value), 0) * volume, 1, 1e-2);
      const draws = density.sample(key(4), 5000, x);
      assert(draws.data.every((value) => value > low && value < (high === 400 ? Infinity : high)));
      const outside = fromRows(
        [[low - 1], [high + 1], [low], [high]].filter(([v]) => v !== 401 && v !== 400),
      );
      const beyond = density.logDensity(outside, x);
      outside.data.forEach((value, i) => {
        if (value === low && low === -400 || value === -401) return;
        assertEquals(beyond[i], -Infinity, `at ${value}`);
      });
    });
  }
}

for (const [name, spec] of SMALL) {
  Deno.test(`draws of ${name} have the moments of its density`, () => {
    const { target } = densityWidths(spec);
    const density = plainDensity(densityArtifact(spec, 3, 0.4));
    const x = conditionOf(spec);
    const { rows, volume } = grid(target, target === 1 ? 4000 : 160, target === 1 ? [-20, 20] : [-9, 9]);
    const weights = density.logDensity(rows, x).map((value) => Math.exp(value) * volume);
    const n = 20_000;
    const draws = density.sample(key(5), n, x);
    for (let j = 0; j < target; j++) {
      // Of a bounded function, so that a heavy tail cannot hide an error in its own noise.
      for (const f of [Math.tanh, (v: number) => Math.cos(2 * v)]) {
        const exact = weights.reduce((sum, w, i) => sum + w * f(rows.data[i * target + j]!), 0);
        const values = Array.from({ length: n }, (_, i) => f(draws.data[i * target + j]!));
        const mean = values.reduce((sum, v) => sum + v, 0) / n;
        const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
        assertAlmostEquals(mean, exact, 4 * sd / Math.sqrt(n) + 2e-3);
      }
    }
  });
}

Deno.test("training starts from the Gaussian of the standardised target", () => {
  const gaussian = independent({ a: normal(-0.2, 0.8), b: normal(-0.1, 1.1) });
  for (const kind of ["maf", "nsf"] as const) {
    const spec = Object.values(DENSITIES).find((spec) => spec.kind === kind && spec.thetaDim === 2)!;
    const artifact = { ...densityArtifact(spec), weights: initWeights(key(6), spec) };
    const rows = fromRows([[0, 0], [1, -2], [0.3, 0.9]]);
    const values = plainDensity(artifact).logDensity(rows, conditionOf(spec));
    gaussian.logDensity(rows).forEach((value, i) => assertAlmostEquals(values[i]!, value, 0.1));
  }
});

Deno.test("every row of the targets belongs to its condition, and draws come in that order", () => {
  for (const spec of [DENSITIES["a mixture of two"]!, DENSITIES["a masked flow given a set"]!]) {
    const density = plainDensity(densityArtifact(spec));
    const x = conditionOf(spec, 3);
    const draws = density.sample(key(7), 4, x);
    assertEquals(draws.n, 12);
    const together = density.logDensity(draws, x);
    for (let c = 0; c < 3; c++) {
      const own = points(draws.data.slice(c * 8, (c + 1) * 8), 2);
      const one = points(x.data.slice(c * x.dim, (c + 1) * x.dim), x.dim);
      assertEquals(density.logDensity(own, one), together.slice(c * 4, (c + 1) * 4));
    }
  }
});

Deno.test("a condition is embedded as networks embed x", () => {
  for (const [name, spec] of Object.entries(DENSITIES)) {
    const { embedding } = spec;
    if (!embedding || spec.target === "x") continue;
    const artifact = densityArtifact(spec);
    const x = conditionOf(spec);
    const { mean, std } = artifact.scaling.x;
    const standard = Array.from(x.data, (value, j) => (value - mean[j]!) / std[j]!);
    const seen = fromRows([embed(doubles(artifact.weights), embedding, standard)]);
    // The same density of what is embedded already.
    const { embedding: _, ...rest } = spec;
    const inner: Artifact = {
      ...artifact,
      spec: { ...rest, xDim: embedding.out },
      weights: Object.fromEntries(
        Object.entries(artifact.weights).filter(([path]) => !path.startsWith("embedding/")),
      ),
      scaling: {
        ...artifact.scaling,
        x: { mean: new Array(seen.dim).fill(0), std: new Array(seen.dim).fill(1) },
      },
    };
    const theta = fromRows([[0.4, -0.3]]);
    const [value] = plainDensity(artifact).logDensity(theta, x);
    assertAlmostEquals(value!, plainDensity(inner).logDensity(theta, seen)[0]!, 1e-9, name);
  }
});

const NETWORK: NetworkSpec = {
  kind: "network",
  thetaDim: 2,
  xDim: 1,
  trunk: { kind: "mlp", hidden: [], activation: "silu" },
  head: { kind: "linear" },
};
const GOOD = densityArtifact(DENSITIES["a masked flow of two"]!);
const DENSITY = plainDensity(GOOD);
const X = fromRows([[0.1]]);
const THETA = fromRows([[0, 0], [1, 1], [2, 2]]);

const WRONG: Readonly<Record<string, readonly [call: () => unknown, says: string]>> = {
  "a scalar network": [() => plainDensity({ ...GOOD, spec: NETWORK }), "a scalar network as a density"],
  "weights of another spec": [() => plainDensity({ ...GOOD, weights: {} }), "transform0/0/weight"],
  "targets of another width": [
    () => DENSITY.logDensity(fromRows([[1]]), X),
    "Cannot evaluate a density as the target must have 2 columns: current value is 1",
  ],
  "conditions of another width": [
    () => DENSITY.logDensity(THETA, fromRows([[1, 2]])),
    "Cannot evaluate a density as the condition must have 1 columns: current value is 2",
  ],
  "conditions that are not finite": [
    () => DENSITY.sample(key(0), 1, fromRows([[NaN]])),
    "the condition must be finite: row 0 has NaN",
  ],
  "no condition": [() => DENSITY.sample(key(0), 1, points(new Float64Array(0), 1)), "at least 1 rows"],
  "targets that no whole number of conditions has": [
    () => DENSITY.logDensity(THETA, fromRows([[1], [2]])),
    "targets must be a multiple of 2 conditions: current value is 3",
  ],
  "no draws": [() => DENSITY.sample(key(0), 0, X), "n must be a whole number >= 1: current value is 0"],
};

for (const [name, [call, says]] of Object.entries(WRONG)) {
  Deno.test(`plainDensity() refuses ${name}`, () => void assertThrows(call, Error, says));
}

Deno.test("plainDensity() calls what is no number impossible", () => {
  assertEquals(
    DENSITY.logDensity(fromRows([[NaN, 0], [1e300, 1e300]]), X),
    new Float64Array(2).fill(-Infinity),
  );
});
