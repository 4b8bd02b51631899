import { assert, assertAlmostEquals } from "@std/assert";
import { wildWeights } from "../tests/_wild_weights.ts";
import { coupledSpline } from "./_coupled_spline.ts";
import { maskedAffine } from "./_masked_affine.ts";
import { type Spline, splineOf, toBase, toTarget } from "./_spline.ts";
import type { Transform } from "./_transform.ts";
import type { MafSpec, NsfSpec } from "./density_spec.ts";
import { drawNormal } from "./draw_normal.ts";
import { foldIn, key } from "./key.ts";
import { stream } from "./stream.ts";

const MLP = { kind: "mlp", hidden: [9, 7], activation: "silu" } as const;
const RESNET = { kind: "resnet", blocks: 2, width: 6, activation: "tanh" } as const;
const CONTEXT = 2;

function masked(thetaDim: number, t: number, hidden: readonly number[]): Transform {
  const sides = { thetaDim, xDim: CONTEXT, target: "theta" } as const;
  const spec: MafSpec = { kind: "maf", ...sides, transforms: t + 1, hidden, activation: "silu" };
  return maskedAffine(wildWeights(key(1), spec, 1.5), spec, t);
}

function coupled(thetaDim: number, t: number, rest: Pick<NsfSpec, "bins" | "span" | "trunk">): Transform {
  const sides = { thetaDim, xDim: CONTEXT, target: "theta" } as const;
  const spec: NsfSpec = { kind: "nsf", ...sides, transforms: t + 1, ...rest };
  return coupledSpline(wildWeights(key(2), spec, 1.5), spec, t);
}

/** A spline as a transform of one coordinate. */
function alone(spline: Spline): Transform {
  const lifted = (map: typeof toBase): Transform["toBase"] => ([a]) => {
    const { value, logSlope } = map(spline, a!);
    return { row: Float64Array.of(value), logDet: logSlope };
  };
  return { toBase: lifted(toBase), toTarget: lifted(toTarget) };
}

function outputs(size: number, scale: number): Float64Array {
  const random = stream(key(size));
  return Float64Array.from({ length: size }, () => drawNormal(random, 0, scale));
}

const TRANSFORMS: Readonly<Record<string, readonly [dim: number, transform: Transform]>> = {
  "a spline of one bin": [1, alone(splineOf(outputs(2, 1), 2))],
  "a spline of ten uneven bins": [1, alone(splineOf(outputs(29, 3), 4))],
  "a masked transform of one coordinate": [1, masked(1, 0, [9, 7])],
  "a masked transform of two": [2, masked(2, 0, [9])],
  "a masked transform of two, backwards": [2, masked(2, 1, [9])],
  "a masked transform without hidden layers": [3, masked(3, 0, [])],
  "a masked transform of five, backwards": [5, masked(5, 1, [9, 7])],
  "a masked transform of five with fewer units": [5, masked(5, 0, [3, 12, 4])],
  "a coupled transform of one coordinate": [1, coupled(1, 0, { bins: 5, span: 3, trunk: MLP })],
  "a coupled transform of two": [2, coupled(2, 0, { bins: 8, span: 3, trunk: RESNET })],
  "the next of two": [2, coupled(2, 1, { bins: 3, span: 1, trunk: MLP })],
  "a coupled transform of five": [5, coupled(5, 4, { bins: 4, span: 3, trunk: MLP })],
};

/** Points of all sizes: inside splines, outside, and at the origin. */
function rows(dim: number): Float64Array[] {
  const row = (i: number) => {
    const random = stream(foldIn(key(3), i));
    return Float64Array.from({ length: dim }, () => drawNormal(random, 0, [0, 1, 2, 5][i % 4]!));
  };
  return Array.from({ length: 40 }, (_, i) => row(i));
}

/** log |det| of the Jacobian by central differences. */
function jacobian(map: (row: Float64Array) => Float64Array, at: Float64Array): number {
  const step = 1e-5;
  const columns = Array.from(at, (_, j) => {
    const [up, down] = [step, -step].map((by) => map(at.map((value, i) => i === j ? value + by : value)));
    return Array.from(up!, (value, i) => (value - down![i]!) / (2 * step));
  });
  return Math.log(Math.abs(determinant(columns)));
}

function determinant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 0) return 1;
  const [first, ...rest] = matrix as [readonly number[], ...(readonly number[])[]];
  return first.reduce(
    (sum, value, j) =>
      sum + (j % 2 === 0 ? 1 : -1) * value * determinant(rest.map((row) => row.filter((_, i) => i !== j))),
    0,
  );
}

const C = Float64Array.of(0.4, -1.1);

for (const [name, [dim, { toBase, toTarget }]] of Object.entries(TRANSFORMS)) {
  Deno.test(`${name} comes back, from either side`, () => {
    for (const row of rows(dim)) {
      for (const [there, back] of [[toBase, toTarget], [toTarget, toBase]] as const) {
        const gone = there(row, C);
        const home = back(gone.row, C);
        row.forEach((value, j) => assertAlmostEquals(home.row[j]!, value, 1e-7 * (1 + Math.abs(value))));
        assertAlmostEquals(home.logDet, -gone.logDet, 1e-7);
      }
    }
  });

  Deno.test(`${name} knows its Jacobian, both ways`, () => {
    for (const row of rows(dim)) {
      for (const map of [toBase, toTarget]) {
        assertAlmostEquals(map(row, C).logDet, jacobian((at) => map(at, C).row, row), 1e-5);
      }
    }
  });
}

Deno.test("a spline is the identity where its network says nothing", () => {
  const spline = splineOf(new Float64Array(3 * 6 - 1), 2);
  for (const a of [-3, -2, -1.99, 0, 0.3, 1, 2, 10]) {
    assertAlmostEquals(toBase(spline, a).value, a, 1e-12);
    assertAlmostEquals(toBase(spline, a).logSlope, 0, 1e-12);
  }
});

Deno.test("a spline has no jump at the ends of its span, and neither has its slope", () => {
  const spline = splineOf(outputs(14, 2), 2);
  for (const end of [-2, 2]) {
    const inside = toBase(spline, end * (1 - 1e-9));
    assertAlmostEquals(inside.value, end, 1e-6);
    assertAlmostEquals(inside.logSlope, 0, 1e-5);
  }
});

Deno.test("a masked transform of coordinate j looks at no coordinate of its rank or beyond", () => {
  const { toBase } = masked(4, 1, [6, 5]);
  const at = Float64Array.of(0.3, -0.2, 0.5, 1);
  const { row } = toBase(at, C);
  for (let j = 0; j < 4; j++) {
    // Backwards: coordinate j is of rank 3 − j, and those of lower ranks stand behind it.
    const changed = toBase(at.map((value, i) => i < j ? value + 1 : value), C).row;
    for (let i = j; i < 4; i++) assert(changed[i] === row[i], `${i} looks before ${j}`);
  }
  const last = toBase(at.map((value, i) => i === 3 ? value + 1 : value), C).row;
  assert([0, 1, 2].every((i) => last[i] !== row[i]));
});
