/** What recipes say of what they made: which network and why, and what more would bring. */

import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ace,
  autoregressive,
  decodeArtifact,
  drawNormal,
  encodeArtifact,
  type EstimatorSpec,
  gaussianLinearUniform,
  heldOutRows,
  key,
  mg1Queue,
  nle,
  npe,
  nre,
  points,
  posterior,
  posteriorReport,
  simulate,
  simulator,
  slcpDistractors,
  train,
  trainPosterior,
  twoMoons,
} from "@likely/sbi";
import { tensorEngine } from "@likely/surrogates";
import { nll } from "@likely/losses";
import { LINEAR, linearTask } from "./_linear_task.ts";

/** x = θ + noise: linear networks know all of it from few simulations. */
const noisy = linearTask(1);

/** Whoever simulates with it has not checked options before. */
const never = {
  ...noisy,
  simulator: simulator({
    name: "never",
    thetaDim: 1,
    xDim: 1,
    simulate: () => {
      throw new Error("simulated");
    },
  }),
};

/** The gains of simulations and of steps, and what is said to help. */
function gains(advice: readonly string[]) {
  const text = advice.at(-1)!;
  const found = /gained (\S+) ± (\S+) nats a simulation set aside, twice the steps (\S+) ± (\d\S*\d)[;.]/
    .exec(text);
  assert(found, text);
  const [, simulations, , steps] = found.map(Number) as [number, number, number, number];
  return { simulations, steps, text };
}

Deno.test("half: true finds that neither simulations nor steps help what is known", async () => {
  const options = { simulations: 4000, half: true, maxEpochs: 15, learningRate: 0.02, estimator: LINEAR };
  for (const recipe of [npe, nle]) {
    const { artifact } = await recipe(key(0), noisy, options);
    const { simulations, steps, text } = gains(artifact.provenance.advice!);
    // Two numbers more or less, learned from 1,800 rows: some 1 / 1800 nats.
    assert(Math.abs(simulations) < 0.01 && Math.abs(steps) < 0.01, text);
    assertStringIncludes(text, "Neither helps much");
    assertEquals(decodeArtifact(encodeArtifact(artifact)).provenance.advice, artifact.provenance.advice);
  }
});

Deno.test("half: true finds that simulations help where there are few, and steps where training is short", async () => {
  const few = await npe(key(1), twoMoons(), { simulations: 500, half: true });
  const more = gains(few.artifact.provenance.advice!);
  assert(more.simulations > 0.2, more.text);
  assertMatch(more.text, /What helps: (longer training \(maxEpochs\), then )?more simulations/);
  const brief = { simulations: 4000, half: true, maxEpochs: 3, learningRate: 1e-3, estimator: LINEAR };
  const short = gains((await npe(key(2), noisy, brief)).artifact.provenance.advice!);
  assert(short.steps > 0.02 && short.steps > short.simulations, short.text);
  assertStringIncludes(short.text, "What helps: longer training (maxEpochs)");
});

Deno.test("half: true is for ratios too, changes nothing of the surrogate, and watches only its training", async () => {
  const trunk = { kind: "mlp", hidden: [16], activation: "silu" } as const;
  const plain = { simulations: 1000, maxEpochs: 5, trunk };
  const epochs: number[] = [];
  const watched = {
    ...plain,
    half: true,
    onProgress: ({ epoch }: { readonly epoch: number }) => epochs.push(epoch),
  };
  const { artifact } = await nre(key(3), noisy, watched);
  assertEquals(artifact.weights, (await nre(key(3), noisy, plain)).artifact.weights);
  assertEquals(epochs, [1, 2, 3, 4, 5]);
  gains(artifact.provenance.advice!);
  await assertRejects(
    () => nre(key(3), noisy, { ...plain, half: true, refresh: {} }),
    TypeError,
    "Cannot train on half",
  );
  const few = { ...plain, simulations: 8, half: true };
  await assertRejects(() => nre(key(3), never, few), RangeError, "the number of rows");
});

Deno.test("half: true is for costs: simulations help where there are few, and hardly where there are many", async () => {
  const shares = async (simulations: number) => {
    const { artifact } = await ace(key(16), noisy, { simulations, half: true });
    const [text] = artifact.provenance.advice!;
    const found = /gained (\S+) ± (\S+) of the squared error on simulations set aside, twice/.exec(text!)!;
    return { gain: Number(found[1]), error: Number(found[2]), text: text! };
  };
  // A quadratic cost starts on the line that this one is: of 90 rows two numbers are known to 1/90 of the noise.
  const many = await shares(4000);
  assert(Math.abs(many.gain) < 0.01 + 3 * many.error && many.text.includes("Neither helps much"), many.text);
  const bent = { ...noisy, simulator: twoMoons().simulator, prior: twoMoons().prior };
  const few = await ace(key(17), bent, { simulations: 60, half: true, maxEpochs: 60, structure: "free" });
  assertMatch(few.artifact.provenance.advice![0]!, /^Beside 54 simulations 27 were trained on/);
  assert(!few.artifact.provenance.advice![0]!.includes("posteriors moved"));
  const plain = await ace(key(16), noisy, { simulations: 300, maxEpochs: 2 });
  const halved = await ace(key(16), noisy, { simulations: 300, maxEpochs: 2, half: true });
  assertEquals(halved.artifact.weights, plain.artifact.weights);
  await assertRejects(
    () => ace(key(3), never, { simulations: 3, half: true }),
    RangeError,
    "the number of rows",
  );
});

Deno.test("half: true keeps failures in proportion, and knows what a prior of one's own does not tell", async () => {
  // Half of the prior fails: a ratio on half that were blind to it would differ by log 2.
  const failing = {
    ...noisy,
    simulator: simulator({
      name: "failing",
      thetaDim: 1,
      xDim: 1,
      simulate: (random, [a]) => [a! < 0 ? NaN : a! + drawNormal(random)],
    }),
  };
  const trunk = { kind: "mlp", hidden: [32], activation: "silu" } as const;
  const options = { simulations: 4000, maxEpochs: 20, half: true, trunk };
  const { text, simulations } = gains((await nre(key(14), failing, options)).artifact.provenance.advice!);
  assert(Math.abs(simulations) < 0.03, text);
  const [, moved, wider] = /moved by (\S+) sd, and widths changed by (\S+) %/.exec(text)!.map(Number);
  assert(moved! < 0.2 && Math.abs(wider!) < 10, text);
  const prior = { ...noisy.prior, spec: { kind: "own" } } as unknown as typeof noisy.prior;
  const own = { half: true, maxEpochs: 2, estimator: LINEAR };
  const { artifact, dataset } = await npe(key(15), { ...noisy, prior }, { simulations: 400, ...own });
  assertStringIncludes(gains(artifact.provenance.advice!).text, "posteriors moved by");
  const pairs = { simulator: "noisy", prior: artifact.prior, dataset };
  const known = await trainPosterior(key(15), pairs, own);
  assert(!gains(known.artifact.provenance.advice!).text.includes("posteriors moved by"));
});

Deno.test("without half learning curves alone are read: learning by heart is told", async () => {
  const large: EstimatorSpec = { kind: "maf", transforms: 3, hidden: [64], activation: "silu" };
  const options = {
    simulations: 300,
    batchSize: 30,
    maxEpochs: 60,
    schedule: "constant",
    estimator: large,
  } as const;
  const task = slcpDistractors();
  const { artifact } = await npe(key(4), task, options);
  assertMatch(artifact.provenance.advice!.at(-1)!, /fared \d+\.\d\d nats worse than those trained on/);
  const known = await npe(key(5), noisy, { simulations: 2000, maxEpochs: 5, estimator: LINEAR });
  assertMatch(known.artifact.provenance.advice!.at(-1)!, /^Simulations set aside fared as well/);
});

Deno.test("heldOutRows() are those that a training does not learn from", async () => {
  const { theta, x } = await simulate(key(6), noisy, 60);
  const spec = { ...LINEAR, thetaDim: 1, xDim: 1, target: "theta" } as const;
  const held = new Set(heldOutRows(key(7), 60));
  assertEquals(held.size, 6);
  const losses = async (wrong: (i: number) => boolean) => {
    const data = {
      theta,
      x: points(x.data.map((value, i) => wrong(i) ? value + i % 3 : value), 1),
      failed: 0,
    };
    const options = { engine: tensorEngine(), spec, loss: nll(), batchSize: 10, maxEpochs: 2 };
    return (await train(key(7), data, options)).history.train;
  };
  const right = await losses(() => false);
  assertEquals(await losses((i) => held.has(i)), right);
  assert((await losses((i) => !held.has(i)))[1] !== right[1]);
});

Deno.test("the network and what it was chosen by are told, in the file and on the page", async () => {
  const brief = { simulations: 150, maxEpochs: 1 };
  const networkOf = async (made: Promise<{ readonly artifact: Parameters<typeof encodeArtifact>[0] }>) =>
    decodeArtifact(encodeArtifact((await made).artifact)).provenance.network;
  assertEquals(
    await networkOf(npe(key(11), twoMoons(), brief)),
    "a flow of 4 spline transforms, as it is of 2 numbers, a target narrow enough for splines; " +
      "x embedded by dense layers to 16, which its transforms share",
  );
  assertEquals(
    await networkOf(npe(key(11), noisy, { ...brief, estimator: LINEAR })),
    "a flow of 1 masked transforms, as asked for",
  );
  assertMatch(
    (await networkOf(npe(key(11), gaussianLinearUniform(), brief)))!,
    /^a flow of 8 spline transforms, as each of its 10 numbers ends at both sides; x embedded/,
  );
  assertMatch(
    (await networkOf(nre(key(11), autoregressive(), brief)))!,
    /^layers of 128-128, the usual one for ratios; x embedded by convolutions to 16, as x has 500 numbers of which neighbours are alike$/,
  );
  assertMatch(
    (await networkOf(nre(key(11), mg1Queue(), brief)))!,
    /x embedded by dense layers to 16, as x has 50 numbers$/,
  );
  const { artifact } = await npe(key(12), noisy, { ...brief, estimator: LINEAR });
  using given = await posterior(artifact, [0]);
  const draws = await given.sample(key(13), 100);
  const page = await posteriorReport({ title: "Noisy", artifact, draws });
  assertStringIncludes(page, "as asked for");
  assertStringIncludes(page, artifact.provenance.advice![0]!.slice(0, 30));
});
