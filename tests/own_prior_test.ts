// A prior of the user's own: no file can hold its density, and nothing else is in its way.

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ace,
  betaPath,
  calibrate,
  chooseBeta,
  decodeArtifact,
  drawMany,
  drawNormal,
  encodeArtifact,
  foldIn,
  fromRows,
  independent,
  key,
  membersOf,
  nle,
  normal,
  npe,
  nre,
  openSimulations,
  points,
  posterior,
  posteriorReport,
  type Prior,
  priorFrom,
  priorSpec,
  simulate,
  simulator,
  split,
  stream,
  summary,
  trainCost,
  trainRatio,
} from "@likely/sbi";

/** Laplace's: θ = ± an exponential. */
function laplace(spec?: unknown): Prior {
  const prior = {
    names: ["shift"],
    dim: 1,
    support: [{ low: -Infinity, high: Infinity }],
    sample: (k: Parameters<Prior["sample"]>[0], n: number) =>
      points(
        Float64Array.from({ length: n }, (_, i) => {
          const random = stream(foldIn(k, i));
          const u = random.uniform() - 0.5;
          return -Math.sign(u) * Math.log1p(-2 * Math.abs(u));
        }),
        1,
      ),
    logDensity: ({ data }: { data: Float64Array }) => data.map((t) => -Math.abs(t) - Math.LN2),
    score: ({ data }: { data: Float64Array }) => points(data.map((t) => -Math.sign(t)), 1),
    ...(spec !== undefined && { spec }),
  };
  return prior as unknown as Prior;
}

const noisy = simulator({
  name: "noisy",
  thetaDim: 1,
  xDim: 1,
  simulate: (random, [shift]) => [drawNormal(random, shift!, 0.5)],
});

/** Mean and sd given x = 1, on a grid. */
function exact() {
  const grid = Array.from({ length: 8001 }, (_, i) => -4 + i / 1000);
  const weights = grid.map((t) => Math.exp(-Math.abs(t) - (1 - t) ** 2 / 0.5));
  const total = weights.reduce((a, b) => a + b);
  const mean = grid.reduce((s, t, i) => s + weights[i]! * t, 0) / total;
  return { mean, sd: Math.sqrt(grid.reduce((s, t, i) => s + weights[i]! * (t - mean) ** 2, 0) / total) };
}

for (const [name, spec] of [["laplace", { kind: "laplace", scale: 1 }], ["custom", undefined]] as const) {
  Deno.test(`a prior whose spec is ${JSON.stringify(spec)} is trained under, named, and asked for`, async () => {
    const prior = laplace(spec);
    const { artifact, dataset, warnings } = await nre(key(0), { prior, simulator: noisy }, {
      simulations: 2000,
      maxEpochs: 40,
    });
    assertEquals(warnings, []);
    const support = [{ low: null, high: null }];
    assertEquals(artifact.prior, { kind: "custom", name, names: ["shift"], support });
    const read = decodeArtifact(encodeArtifact(artifact));
    assertEquals(read, artifact);
    await assertRejects(() => posterior(read, [1]), TypeError, "pass it as the option `prior`");
    const other = independent({ other: normal(0, 1) });
    await assertRejects(() => posterior(read, [1], { prior: other }), TypeError, "must be of shift in");
    using given = await posterior(read, [1], { prior, warmup: 200 });
    const draws = await given.sample(key(1), 2000);
    const right = exact();
    assertAlmostEquals(summary(draws)[0]!.mean, right.mean, 0.25 * right.sd);
    assertAlmostEquals(summary(draws)[0]!.sd / right.sd, 1, 0.2);
    const { sbc } = await calibrate(key(2), read, noisy, { prior, datasets: 60, draws: 19 });
    assert(sbc.pValue > 0.01);
    await assertRejects(() => calibrate(key(2), read, noisy), TypeError, "option `prior`");
    assert((await posteriorReport({ title: "Own", artifact: read, draws })).includes("<svg"));
    // With the prior, or as a file knows it.
    for (const known of [prior, read.prior]) {
      const pairs = { simulator: "noisy", prior: known, dataset };
      assertEquals((await trainRatio(key(3), pairs, { maxEpochs: 1 })).artifact.prior, read.prior);
    }
  });
}

Deno.test("costs under a prior of one's own", async () => {
  const prior = laplace();
  const { artifact, dataset } = await ace(key(4), { prior, simulator: noisy }, {
    simulations: 500,
    maxEpochs: 10,
  });
  using given = await posterior(artifact, [1], { prior, beta: 2, warmup: 100 });
  assert((await given.sample(key(5), 200)).values.every(Number.isFinite));
  const path = await betaPath(key(6), artifact, [1], { betas: [1, 5], particles: 50, prior });
  assertEquals(path.length, 2);
  await assertRejects(() => betaPath(key(6), artifact, [1], { betas: [1] }), TypeError, "option `prior`");
  const options = { betas: [1, 5], datasets: 3, particles: 30 };
  assert((await chooseBeta(key(7), artifact, noisy, { ...options, prior })).beta > 0);
  await assertRejects(() => chooseBeta(key(7), artifact, noisy, options), TypeError, "option `prior`");
  const pairs = { simulator: "noisy", prior, dataset };
  // Of a prior read from a file the density is not known: members are compared at the parameters of the data.
  for (const known of [prior, priorSpec(prior)]) {
    const options = { members: 2, maxEpochs: 1 };
    const { artifact: joint } = await trainCost(key(8), { ...pairs, prior: known }, options);
    assertEquals(joint.reference!.spreads!.length, 200);
    using mean = await posterior(joint, [1], { prior, warmup: 50 });
    assertEquals((await mean.sample(key(9), 100)).names, ["shift"]);
    await assertRejects(() => posterior(joint, [1]), TypeError, "option `prior`");
  }
});

Deno.test("ensembles and many posteriors under a prior of one's own", async () => {
  const prior = laplace();
  const options = { simulations: 500, maxEpochs: 2, members: 2 };
  for (const recipe of [nre, npe, nle]) {
    const { artifact } = await recipe(key(16), { prior, simulator: noisy }, options);
    const read = decodeArtifact(encodeArtifact(artifact));
    assertEquals(membersOf(read).length, 2);
    using given = await posterior(read, [1], { prior, warmup: 50 });
    assertEquals((await given.sample(key(17), 100)).names, ["shift"]);
    const x = fromRows([[1], [-1]]);
    const many = await drawMany(split(key(18), 2), read, x, { prior, draws: 50 });
    assert(many.every(({ values }) => values.every(Number.isFinite)));
    await assertRejects(() => drawMany(split(key(18), 2), read, x), TypeError, "option `prior`");
  }
});

Deno.test("simulations under a prior of one's own are stored, taken up, and trained on", async () => {
  const path = await Deno.makeTempDir();
  const prior = laplace({ kind: "laplace" });
  try {
    await simulate(key(10), { prior, simulator: noisy }, 300, { path: `${path}/sims` });
    await simulate(key(10), { prior, simulator: noisy }, 400, { path: `${path}/sims` });
    const { dataset, manifest } = await openSimulations(`${path}/sims`);
    assertEquals(manifest.prior, {
      kind: "custom",
      name: "laplace",
      names: ["shift"],
      support: [{ low: null, high: null }],
    });
    const { artifact } = await trainCost(key(11), { simulator: "noisy", prior: manifest.prior, dataset }, {
      maxEpochs: 1,
    });
    assertEquals(artifact.prior, manifest.prior);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});

Deno.test("a hostile name of a prior is refused", () => {
  const good = { kind: "custom", name: "mine", names: ["a"], support: [{ low: 0, high: null }] } as const;
  const wrong = [
    { name: 7 },
    { names: [] },
    { names: ["a", "a"], support: [good.support[0], good.support[0]] },
    { support: [] },
    { support: [{ low: 1, high: 0 }] },
    { support: [{ low: "0", high: null }] },
    { support: [null] },
  ];
  for (const part of wrong) {
    assertThrows(() => priorFrom({ ...good, ...part } as never, laplace()), Error, "Cannot read a prior");
  }
});
