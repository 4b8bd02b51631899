// What becomes of simulations that are too few, or that training cannot use.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ace,
  bce,
  decodeArtifact,
  drawNormal,
  encodeArtifact,
  independent,
  key,
  maeDistance,
  nre,
  nreC,
  posterior,
  simulator,
  type TrainingCheckpoint,
  TrainingError,
  trainRatio,
  uniform,
  UntrainedError,
} from "@likely/sbi";

const prior = independent({ mu: uniform(-1, 1) });

/** A simulator that counts its rows. */
function counted() {
  const count = { rows: 0 };
  const noisy = simulator({
    name: "noisy",
    thetaDim: 1,
    xDim: 1,
    simulate: (random, [mu]) => (count.rows++, [drawNormal(random, mu!, 0.1)]),
  });
  return { source: { prior, simulator: noisy }, count };
}

Deno.test("nre() and ace() train on as few simulations as there are, and say that they are few", async () => {
  const { source } = counted();
  for (const simulations of [4, 10, 100]) {
    for (const recipe of [nre, ace]) {
      const { artifact, warnings } = await recipe(key(0), source, { simulations, maxEpochs: 2 });
      assertEquals(artifact.provenance.simulations, simulations);
      assertStringIncludes(warnings.join(), `trained on ${simulations} simulations: fewer than 200`);
      assertEquals(decodeArtifact(encodeArtifact(artifact)).provenance.warnings, warnings);
      using given = await posterior(artifact, [0.2], { warmup: 20, beta: 1 });
      assertEquals(given.warnings!.slice(0, 1), warnings);
    }
  }
  const enough = await nre(key(0), source, { simulations: 200, maxEpochs: 1 });
  assertEquals([enough.warnings, enough.artifact.provenance.warnings], [[], undefined]);
});

Deno.test("losses that contrast several parameters set aside as many rows as they need", async () => {
  const { source } = counted();
  const { artifact } = await nre(key(1), source, { simulations: 24, maxEpochs: 2, loss: nreC() });
  assert(Number.isFinite(artifact.provenance.training.loss));
});

Deno.test("options that cannot be are refused before anything is simulated", async () => {
  const { source, count } = counted();
  const options = { simulations: 100 };
  const trunk = { kind: "mlp", hidden: [0], activation: "silu" } as const;
  const ratios = [
    { batchSize: 91 },
    { batchSize: 0 },
    { batchSize: 5, loss: nreC() },
    { learningRate: -1 },
    { maxEpochs: 0 },
    { patience: 0.5 },
    { clipNorm: NaN },
    { validationFraction: 1 },
    { validationPairings: 0 },
    { trunk },
    { embedding: { kind: "dense", hidden: [], out: 0, activation: "silu" } as const },
    { simulations: 3 },
    { simulations: 11, loss: nreC() },
    { refresh: { variants: 1 } },
    { refresh: {} },
    { members: 0 },
    { members: 2, resume: {} as TrainingCheckpoint },
  ];
  for (const wrong of ratios) {
    const error = await assertRejects(() => nre(key(0), source, { ...options, ...wrong }), Error, "Cannot");
    assert(!(error instanceof UntrainedError), error.message);
  }
  const costs = [
    { batchSize: 91 },
    { targetsPerRow: 0 },
    { members: 1.5 },
    { failureCost: NaN },
    { logTheta: [null, null] },
    { noisy: { noise: -1 } },
    { structure: "absolute" } as const,
    { distance: maeDistance({ scale: [1, 1] }) },
    { observations: { data: new Float64Array(2), n: 1, dim: 2 } },
    { observations: { data: new Float64Array([NaN]), n: 1, dim: 1 } },
    { trunk },
  ];
  for (const wrong of costs) {
    const error = await assertRejects(() => ace(key(0), source, { ...options, ...wrong }), Error, "Cannot");
    assert(!(error instanceof UntrainedError), error.message);
  }
  assertEquals(count.rows, 0);
});

Deno.test("a training that fails hands back what was simulated", async () => {
  const { source } = counted();
  const failing = {
    ...bce(),
    name: "failing",
    assemble: () => {
      throw new RangeError("not today");
    },
  };
  const error = await assertRejects(
    () => nre(key(0), source, { simulations: 50, loss: failing }),
    UntrainedError,
    "not today",
  );
  assert(error.cause instanceof RangeError);
  const { artifact } = await trainRatio(key(1), error.pairs, { maxEpochs: 1 });
  assertEquals(artifact.provenance.simulations, 50);
  const far = { simulations: 50, learningRate: 1e300 };
  for (const recipe of [nre, ace]) {
    const error = await assertRejects(() => recipe(key(0), source, far), UntrainedError, "finite");
    assert(error.cause instanceof TrainingError);
    assertEquals(error.pairs.dataset.theta.n, 50);
  }
});
