import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { drawNormal, initWeights, key, split, stream } from "@likely/core";
import { type BackendName, tf, useBackend } from "@likely/core/tensor";
import { output } from "../tests/_reference_network.ts";
import { NETWORKS } from "./_networks_test.ts";
import { network } from "./network.ts";

for (const backend of ["cpu", "wasm"] satisfies BackendName[]) {
  for (const [name, spec] of Object.entries(NETWORKS)) {
    Deno.test(`network() computes ${name} as float64 loops do, on ${backend}`, async () => {
      await useBackend(backend);
      const before = tf.memory().numTensors;
      const [forWeights, forRows] = split(key(7), 2);
      const host = initWeights(forWeights, spec);
      const random = stream(forRows);
      const rows = (n: number, dim: number) =>
        Array.from({ length: n }, () => Array.from({ length: dim }, () => drawNormal(random)));
      // Three rows of x with two θ each, atom-major.
      const [theta, x] = [rows(6, spec.thetaDim), rows(3, spec.xDim)];

      tf.tidy(() => {
        const weights = Object.fromEntries(
          Object.entries(host).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
        );
        const logits = network(spec).estimate(weights)(tf.tensor2d(theta), tf.tensor2d(x));
        assertEquals(logits.shape, [3, 2]);
        logits.arraySync().forEach((row, i) =>
          row.forEach((h, a) => {
            assertAlmostEquals(h, output(host, spec, theta[a * 3 + i]!, x[i]!), 3e-6);
          })
        );
      });
      assertEquals(tf.memory().numTensors, before);
    });
  }
}

Deno.test("network() meets every x with the same theta where there is one per atom", async () => {
  await useBackend("cpu");
  const spec = NETWORKS["an mlp"]!;
  const host = initWeights(key(1), spec);
  tf.tidy(() => {
    const weights = Object.fromEntries(
      Object.entries(host).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
    );
    const { embed, observe, output, estimate } = network(spec);
    const x = tf.tensor2d([new Array(12).fill(0.5), new Array(12).fill(-1)]);
    const shared = output(weights, {
      theta: tf.tensor2d([[1, 2], [3, 4]]),
      atoms: 2,
      seen: observe(weights, embed(weights, x)),
    });
    const repeated = estimate(weights)(tf.tensor2d([[1, 2], [1, 2], [3, 4], [3, 4]]), x);
    assertEquals(shared.arraySync(), repeated.arraySync());
  });
});

Deno.test("network() refuses a spec that is not legal", () => {
  assertThrows(() => network({ ...NETWORKS["an mlp"]!, xDim: 0 }), RangeError, "xDim");
});
