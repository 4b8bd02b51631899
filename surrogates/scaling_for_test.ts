import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, fromRows, initWeights, key, points, standardisation, stream } from "@likely/core";
import { tf, useBackend } from "@likely/core/tensor";
import { NETWORKS } from "./_networks_test.ts";
import { standardised } from "./_tensor_batch.ts";
import { network } from "./network.ts";
import { scalingFor } from "./scaling_for.ts";

/** Rows whose columns differ in mean and spread. */
function uneven(n: number, dim: number) {
  const random = stream(key(dim));
  return points(
    Float64Array.from({ length: n * dim }, (_, k) => drawNormal(random, k % dim, 1 + k % dim)),
    dim,
  );
}

Deno.test("scalingFor() measures every column by itself where columns are not alike", () => {
  const data = { theta: uneven(50, 2), x: uneven(50, 12), failed: 0 };
  assertEquals(scalingFor(NETWORKS["an mlp"]!, data), {
    theta: standardisation(data.theta),
    x: standardisation(data.x),
  });
});

Deno.test("scalingFor() pools the elements of a set and the cells of a grid", () => {
  const data = { theta: uneven(50, 2), x: uneven(50, 12), failed: 0 };
  const { mean, std } = scalingFor(NETWORKS["a set embedding"]!, data).x;
  assertEquals(mean, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2].map((j) => mean[j]!));
  assertEquals(std, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2].map((j) => std[j]!));
  const first = Array.from({ length: 200 }, (_, k) => data.x.data[3 * k]!);
  assertAlmostEquals(mean[0]!, first.reduce((sum, value) => sum + value, 0) / 200, 1e-12);
  const line = scalingFor(NETWORKS["a line"]!, { ...data, x: uneven(50, 22) }).x;
  assertEquals(line.mean[0], line.mean[20]);
  assert(line.mean[0] !== line.mean[1]);
});

Deno.test("scalingFor() keeps a set network blind to the order of the elements", async () => {
  await useBackend("cpu");
  const spec = NETWORKS["a set embedding"]!;
  const scaling = scalingFor(spec, { theta: uneven(50, 2), x: uneven(50, 12), failed: 0 });
  tf.tidy(() => {
    const weights = Object.fromEntries(
      Object.entries(initWeights(key(0), spec)).map((
        [name, { data, shape }],
      ) => [name, tf.tensor(data, [...shape])]),
    );
    const output = (x: number[]) =>
      network(spec).estimate(weights)(tf.ones([1, 2]), standardised(fromRows([x]), scaling.x)).dataSync()[0]!;
    const row = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    assertAlmostEquals(output(row), output([...row.slice(6), ...row.slice(0, 6)]), 1e-6);
    // It does see the elements themselves.
    assert(Math.abs(output(row) - output(row.map((value) => -5 * value))) > 1e-4);
  });
});
