// Many observations behind one call, on every engine: as one at a time, and as each other.

import { assert, assertEquals } from "@std/assert";
import {
  type Artifact,
  type Engine,
  foldIn,
  gatherRows,
  key,
  type NetworkSpec,
  points,
  row,
} from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { tensorEngine } from "@likely/surrogates";
import { artifactOf, normalRows, specs } from "../kernels/_cases_test.ts";

const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  "tensors on wasm": async () => (await useBackend("wasm"), tensorEngine()),
  "the fused engine": () => Promise.resolve(fusedEngine()),
};

/** The largest difference over one plus the largest number. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assertEquals(a.length, b.length);
  const expected = Array.from(b);
  return Math.max(...expected.map((value, i) => Math.abs(value - a[i]!))) /
    (1 + Math.max(...expected.map(Math.abs)));
}

for (const [title, make] of Object.entries(ENGINES)) {
  for (const [name, spec] of Object.entries(specs)) {
    Deno.test(`logDensities() is logDensity() of each row, ${name} on ${title}`, async () => {
      const engine = await make();
      const artifact = artifactOf(key(3), spec);
      const x = normalRows(key(4), 3, spec.xDim);
      const theta = normalRows(key(5), 8, spec.thetaDim);
      const chains = [0, 4, 2, 1, 1, 3, 5, 6];
      using all = await engine.logDensities(artifact, x);
      assertEquals([all.count, all.dim, all.embedded.n], [3, spec.thetaDim, 3]);
      const { value, grad } = all.evaluate(theta, { chains });
      for (const [i, chain] of chains.entries()) {
        using one = await engine.logDensity(artifact, gatherRows(x, [chain % 3]));
        const alone = one.evaluate(gatherRows(theta, [i]));
        assert(difference([value[i]!], alone.value) < 1e-6);
        assert(difference(row({ ...theta, data: grad! }, i), alone.grad!) < 5e-6);
      }
      const values = all.evaluate(theta, { chains, gradient: false });
      assertEquals(values.grad, undefined);
      assert(difference(values.value, value) < 1e-6);
    });
  }

  Deno.test(`logDensities() goes past one batch, by the chains' numbers or in turn, on ${title}`, async () => {
    const engine = await make();
    const spec = specs["resnet silu"]!;
    const n = 20_000;
    const theta = normalRows(key(6), n, spec.thetaDim);
    using all = await engine.logDensities(artifactOf(key(3), spec), normalRows(key(4), 7, spec.xDim));
    const inTurn = all.evaluate(theta);
    const order = Uint32Array.from({ length: n }, (_, i) => n - 1 - i);
    const backwards = all.evaluate(gatherRows(theta, order), { chains: order });
    assert(difference(backwards.value.toReversed(), inTurn.value) < 1e-6);
    assert(difference(gatherRows({ ...theta, data: backwards.grad! }, order).data, inTurn.grad!) < 5e-6);
  });

  Deno.test(`logDensities() of a cost is +Infinity where there is no number, on ${title}`, async () => {
    const engine = await make();
    const artifact: Artifact = { ...artifactOf(key(3), specs["resnet silu"]!), kind: "cost" };
    using all = await engine.logDensities(artifact, normalRows(key(1), 2, 5));
    const { value, grad } = all.evaluate(points(new Float64Array([NaN, 0, 0.1, 0.2]), 2));
    assertEquals([value[0], grad![0], grad![1]], [Infinity, 0, 0]);
    assert(Number.isFinite(value[1]));
  });
}

/** What x becomes before θ joins: an embedding, features, or itself. */
function embeddedWidth({ embedding, head, xDim }: NetworkSpec): number {
  if (head.kind === "quadratic") return head.weights.length;
  return embedding?.out ?? xDim;
}

for (const [name, spec] of Object.entries(specs)) {
  Deno.test(`engines agree on what they embed and on many densities, ${name}`, async () => {
    const x = normalRows(key(4), 3, spec.xDim);
    const theta = normalRows(foldIn(key(5), 1), 6, spec.thetaDim);
    const [one, other] = await Promise.all(
      Object.values(ENGINES).map(async (make) => {
        using all = await (await make()).logDensities(artifactOf(key(3), spec), x);
        return { ...all.evaluate(theta), embedded: all.embedded };
      }),
    );
    assertEquals(one!.embedded.dim, embeddedWidth(spec));
    assert(difference(one!.embedded.data, other!.embedded.data) < 1e-5);
    assert(difference(one!.value, other!.value) < 2e-5);
    assert(difference(one!.grad!, other!.grad!) < 5e-5);
  });
}
