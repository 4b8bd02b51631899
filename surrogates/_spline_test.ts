import { assert, assertAlmostEquals } from "@std/assert";
import { drawNormal, key, type NsfSpec, stream } from "@likely/core";
import { type BackendName, tf, useBackend } from "@likely/core/tensor";
import { splineOf, toBase } from "../core/_spline.ts";
import { spline } from "./_spline.ts";

const SPEC: NsfSpec = {
  kind: "nsf",
  thetaDim: 1,
  xDim: 1,
  target: "theta",
  transforms: 1,
  bins: 8,
  span: 4,
  trunk: { kind: "mlp", hidden: [], activation: "silu" },
};

/** Float32 numbers on a knot of the spline and a rounding or two beside it. */
function beside(knot: number): number[] {
  const ulp = 2 ** -24 * Math.max(1, Math.abs(knot));
  return [-3, -1, 0, 1, 3].map((k) => Math.fround(knot + k * ulp));
}

for (const backend of ["cpu", "wasm"] satisfies BackendName[]) {
  Deno.test(`every number is in one bin, however it is rounded beside a knot, on ${backend}`, async () => {
    await useBackend(backend);
    const random = stream(key(0));
    const width = 3 * SPEC.bins - 1;
    const outputs: number[] = [];
    const numbers: number[] = [];
    const expected: number[] = [];
    for (let i = 0; i < 300; i++) {
      const row = Float64Array.from({ length: width }, () => Math.fround(drawNormal(random, 0, 1.5)));
      const exact = splineOf(row, SPEC.span);
      for (const a of [...exact.from].flatMap(beside)) {
        outputs.push(...row);
        numbers.push(a);
        expected.push(toBase(exact, a).value);
      }
    }
    const values = tf.tidy(() => {
      const bent = spline(
        tf.tensor2d(outputs, [numbers.length, width]),
        tf.tensor2d(numbers, [numbers.length, 1]),
        SPEC,
      );
      assert(bent.logSlope.dataSync().every(Number.isFinite));
      return bent.value.dataSync();
    });
    // A knot may be off by some roundings of a span of 4, and slopes are up to some hundreds.
    values.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 2e-3, `at ${numbers[i]}`));
  });
}
