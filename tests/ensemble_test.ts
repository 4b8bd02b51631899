/** Several trainings as one surrogate: their mean, one file, one posterior. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ace,
  type Artifact,
  calibrate,
  decodeArtifact,
  decodeSafetensors,
  encodeArtifact,
  encodeSafetensors,
  type Engine,
  ensemble,
  foldIn,
  FormatError,
  fromRows,
  fusedEngine,
  independent,
  initWeights,
  key,
  membersOf,
  nle,
  normal,
  npe,
  nre,
  plainDensity,
  points,
  posterior,
  posteriorReport,
  type Scaling,
  type Spec,
  split,
  summary,
  tensorEngine,
  trainCost,
  trainPosterior,
  warningsOf,
} from "@likely/sbi";
import { LINEAR, linearTask } from "./_linear_task.ts";

const trunk = { kind: "mlp", hidden: [6], activation: "silu" } as const;
const sizes = { thetaDim: 1, xDim: 1 } as const;
const SPECS: Record<string, [Artifact["kind"], Spec]> = {
  ratio: ["ratio", { kind: "network", ...sizes, trunk, head: { kind: "linear" } }],
  cost: ["cost", { kind: "network", ...sizes, trunk, head: { kind: "softplus", scale: 1 } }],
  maf: ["posterior", {
    kind: "maf",
    ...sizes,
    target: "theta",
    transforms: 2,
    hidden: [6],
    activation: "silu",
  }],
  mdn: ["posterior", { kind: "mdn", ...sizes, target: "theta", components: 2, trunk }],
  nsf: ["likelihood", { kind: "nsf", ...sizes, target: "x", transforms: 2, bins: 4, span: 3, trunk }],
};

/** A surrogate that has learned nothing, with weights large enough to bend. */
function untrained(
  seed: number,
  [kind, spec]: [Artifact["kind"], Spec],
  scaling: Partial<Scaling> = {},
): Artifact {
  const weights = Object.fromEntries(
    Object.entries(initWeights(key(seed), spec)).map(([name, { shape, data }], i) => {
      const random = data.map((value, k) => value === 0 ? 0 : value + 0.3 * Math.sin(seed + 7 * i + k));
      return [name, { shape, data: random }];
    }),
  );
  const one = { mean: [0.1 * seed], std: [1 + 0.2 * seed] };
  return {
    kind,
    spec,
    weights,
    prior: independent({ a: normal(0, 1) }).spec,
    scaling: { theta: one, x: one, ...scaling },
    provenance: {
      simulator: "none",
      simulations: 0,
      failed: 0,
      key: `0000000${seed}:00000000`,
      loss: { name: "none", options: {} },
      engine: "none",
      versions: {},
      training: { loss: 0, epochs: 0 },
    },
  };
}

/** Three members of one kind, two networks of different sizes among them. */
function three(name: string): Artifact[] {
  const [kind, spec] = SPECS[name]!;
  const wider = { ...spec, ...("trunk" in spec && { trunk: { ...trunk, hidden: [9] } }) } as Spec;
  return [untrained(1, [kind, spec]), untrained(2, [kind, spec]), untrained(3, [kind, wider])];
}

const logMeanExp = (values: number[]) =>
  Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0) / values.length);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const THETA = fromRows([[-1.2], [0.1], [0.9]]);
const X = fromRows([[0.4], [-0.7]]);

async function valuesOf(engine: Engine, artifact: Artifact, x = X): Promise<Float64Array[]> {
  using densities = await engine.logDensities(artifact, x);
  return Array.from({ length: x.n }, (_, i) => {
    const chains = new Uint32Array(THETA.n).fill(i);
    return densities.evaluate(THETA, { gradient: false, chains }).value;
  });
}

for (const name of Object.keys(SPECS)) {
  for (const engine of [fusedEngine({ workers: 1 }), tensorEngine()]) {
    Deno.test(`an ensemble of ${name} on ${engine.name} is the mean of its members, its slopes too`, async () => {
      const members = three(name);
      const joint = ensemble(members);
      const join = joint.kind === "cost" ? mean : logMeanExp;
      const each = await Promise.all(members.map((member) => valuesOf(engine, member)));
      const found = await valuesOf(engine, joint);
      found.forEach((values, i) =>
        values.forEach((value, k) => assertAlmostEquals(value, join(each.map((all) => all[i]![k]!)), 1e-5))
      );
      // Rows of x add up, each with a mean of its own; a posterior knows one.
      const x = joint.kind === "posterior" ? fromRows([[0.4]]) : X;
      using density = await engine.logDensity(joint, x);
      const { value, grad } = density.evaluate(THETA);
      const [ahead, behind] = [1, -1].map((sign) => points(THETA.data.map((t) => t + sign * 1e-2), 1));
      const slope = [ahead!, behind!].map((at) => density.evaluate(at).value);
      value.forEach((total, k) => {
        assertAlmostEquals(total, mean(found.slice(0, x.n).map((values) => x.n * values[k]!)), 1e-5);
        assertAlmostEquals(grad![k]!, (slope[0]![k]! - slope[1]![k]!) / 2e-2, 2e-2);
      });
    });
  }
}

for (const name of ["maf", "mdn"]) {
  Deno.test(`an ensemble's density of ${name} integrates to one, and draws are of it`, async () => {
    const members = three(name);
    using density = await fusedEngine({ workers: 1 }).density(ensemble(members));
    const [cells, half] = [8000, 40];
    const grid = points(
      Float64Array.from({ length: cells }, (_, i) => -half + 2 * half * (i + 0.5) / cells),
      1,
    );
    const at = fromRows([[0.4]]);
    const mass = density.logDensity(grid, at).map((value) => Math.exp(value) * 2 * half / cells);
    assertAlmostEquals(mass.reduce((a, b) => a + b), 1, 2e-3);
    const n = 20_000;
    const { data } = density.sample(key(4), n, at);
    for (const edge of [-1, 0, 1]) {
      const share = data.reduce((sum, value) => sum + (value < edge ? 1 : 0), 0) / n;
      const expected = mass.reduce((sum, cell, i) => sum + (grid.data[i]! < edge ? cell : 0), 0);
      assertAlmostEquals(share, expected, 4 * Math.sqrt(0.25 / n) + 2e-3);
    }
    // The same from the reference, and a condition's draws follow from its key alone.
    const plain = plainDensity(ensemble(members)).sample(key(4), 50, at).data;
    plain.forEach((value, i) => assertAlmostEquals(value, density.sample(key(4), 50, at).data[i]!, 1e-3));
    const keys = split(key(5), 2);
    const both = density.sample(keys, 30, X);
    assertEquals(density.sample([keys[1]], 30, fromRows([[-0.7]])).data, both.data.subarray(30));
  });
}

Deno.test("ensemble() keeps every member whole, through the file too", () => {
  for (const name of Object.keys(SPECS)) {
    const members = three(name);
    const joint = ensemble([ensemble(members.slice(0, 2)), members[2]!]);
    assertEquals(membersOf(joint), members);
    const bytes = encodeArtifact(joint);
    assertEquals(decodeArtifact(bytes), joint);
    const { tensors } = decodeSafetensors(bytes);
    const [first] = Object.keys(members[0]!.weights);
    assert(first! in tensors && `member1/${first}` in tensors && `member2/${first}` in tensors);
  }
  const [one] = three("ratio");
  assertEquals(ensemble([one!]), one!);
});

Deno.test("ensemble() refuses what has no mean", () => {
  const [ratio, cost] = [three("ratio"), three("cost")];
  assertThrows(() => ensemble([]), RangeError, "the number of artifacts must be");
  assertThrows(() => ensemble([ratio[0]!, cost[0]!]), TypeError, "one kind, ratio: current value is cost");
  const other = { ...ratio[1]!, prior: independent({ a: normal(0, 2) }).spec };
  assertThrows(() => ensemble([ratio[0]!, other]), TypeError, "must have one prior");
  const rounds = { count: 2, observation: [[0]] };
  const there = { ...ratio[1]!, provenance: { ...ratio[1]!.provenance, rounds } };
  assertThrows(
    () => ensemble([ratio[0]!, there]),
    TypeError,
    'rounds were about, "none": current value is [[0]]',
  );
  const { provenance } = cost[1]!;
  const mae = { ...provenance, loss: { name: "squared_error", options: { distance: "mae" } } };
  assertThrows(() => ensemble([cost[0]!, { ...cost[1]!, provenance: mae }]), TypeError, "one distance");
});

Deno.test("a file whose members do not fit is refused", () => {
  const { tensors, metadata } = decodeSafetensors(encodeArtifact(ensemble(three("maf"))));
  const others = JSON.parse(metadata.others!);
  const [name] = Object.keys(tensors).filter((name) => name.startsWith("member2/"));
  const { [name!]: lost, ...fewer } = tensors;
  const wrong = [...others.slice(0, 1), { ...others[1], spec: { ...others[1].spec, xDim: 2 } }];
  const huge = [...others.slice(0, 1), {
    ...others[1],
    spec: { ...others[1].spec, hidden: [16777216, 16777216] },
  }];
  const nan = { ...lost!, data: lost!.data.map(() => NaN) };
  const cases: [Parameters<typeof encodeSafetensors>, string][] = [
    [[fewer, metadata], "member 2: "],
    [[tensors, { ...metadata, others: JSON.stringify(others.slice(0, 1)) }], `current value is "member2/`],
    [[{ ...tensors, "member3/a": lost! }, metadata], 'current value is "member3/a"'],
    [[tensors, { ...metadata, others: "[]" }], "others must be of the right type"],
    [
      [tensors, { ...metadata, others: JSON.stringify(Array(100).fill(others[0])) }],
      "others must be of the right type",
    ],
    [[tensors, { ...metadata, others: JSON.stringify([1, 2]) }], "others.0 must be of the right type"],
    [[tensors, { ...metadata, others: JSON.stringify(wrong) }], "member 2: "],
    [[tensors, { ...metadata, others: JSON.stringify(huge) }], "number of weights"],
    [[{ ...tensors, [name!]: nan }, metadata], "number 0 is NaN"],
    [[tensors, { ...metadata, others: "{" }], "Cannot read an artifact"],
  ];
  for (const [[weights, data], message] of cases) {
    assertThrows(() => decodeArtifact(encodeSafetensors(weights, data)), FormatError, message);
  }
});

/** x = θ + noise of sd 1/2, θ ~ N(0, 1): the posterior is N(0.8 x, 0.2). */
const noisy = linearTask(0.5);

Deno.test("npe({ members }) joins trainings by the key's children; posterior, calibrate and reports take it", async () => {
  const options = { simulations: 2000, maxEpochs: 20, learningRate: 0.02, estimator: LINEAR };
  const { artifact, dataset } = await npe(key(6), noisy, { ...options, members: 3 });
  assertEquals(membersOf(artifact).length, 3);
  assertEquals(new Set(membersOf(artifact).map(({ provenance }) => provenance.key)).size, 3);
  const pairs = { simulator: "noisy", prior: noisy.prior.spec, dataset };
  const { simulations: _, ...training } = options;
  const alone = await trainPosterior(foldIn(split(key(6), 2)[1], 1), pairs, training);
  assertEquals(membersOf(artifact)[1]!.weights, alone.artifact.weights);
  using given = await posterior(artifact, [0.5]);
  const draws = await given.sample(key(7), 4000);
  const [row] = summary(draws);
  // 2,000 pairs tell the line at x to some 1 / √1000 of a sd, and its logarithm to 1 / √2000.
  assertAlmostEquals(row!.mean, 0.4, 4 * Math.sqrt(0.2 / 1000));
  assertAlmostEquals(Math.log(row!.sd / Math.sqrt(0.2)), 0, 4 * Math.sqrt(1 / 2000));
  const found = await calibrate(key(8), artifact, noisy.simulator, { datasets: 100 });
  assert(found.sbc.pValue > 1e-3 && found.coverage.pValue > 1e-3);
  const page = await posteriorReport({ title: "Three", artifact, draws });
  assertEquals(page.match(/<figcaption>[^<]*Learning curves/g)!.length, 3);
  assert(page.includes("members"));
});

Deno.test("nre({ members }) has members with a scaling of their own, and one posterior", async () => {
  const { artifact } = await nre(key(9), noisy, { simulations: 4000, maxEpochs: 20, members: 2 });
  const [first, second] = membersOf(artifact);
  assert(first!.scaling.x.mean[0] !== second!.scaling.x.mean[0]);
  using given = await posterior(decodeArtifact(encodeArtifact(artifact)), [0.5]);
  const [row] = summary(await given.sample(key(10), 2000));
  assertAlmostEquals(row!.mean, 0.4, 0.1);
  assertAlmostEquals(row!.sd, Math.sqrt(0.2), 0.06);
});

Deno.test("members fit few simulations as one training does; what speaks against them is said once", async () => {
  const options = { simulations: 40, maxEpochs: 2 };
  for (const recipe of [nre, npe, nle, ace]) {
    const one = await recipe(key(11), noisy, options);
    const { artifact, warnings } = await recipe(key(11), noisy, { ...options, members: 2 });
    assertStringIncludes(one.warnings.join(), "trained on 40 simulations");
    assertEquals(warnings, one.warnings);
    using given = await posterior(artifact, [0.5], { warmup: 20 });
    assertEquals(given.warnings!.slice(0, warnings.length), warnings);
  }
  const [first, second] = three("ratio").map((member, i) => ({
    ...member,
    provenance: { ...member.provenance, warnings: ["both", `only ${i}`] },
  }));
  assertEquals(warningsOf(ensemble([first!, second!])), ["both", "only 0", "only 1"]);
});

Deno.test("an ensemble cannot be resumed as one training, and has at least one member", async () => {
  const dataset = { theta: fromRows([[0], [1]]), x: fromRows([[0], [1]]), failed: 0 };
  const pairs = { simulator: "noisy", prior: noisy.prior.spec, dataset };
  await assertRejects(() => trainCost(key(0), pairs, { members: 0 }), RangeError, "members must be");
  const resume = {} as NonNullable<Parameters<typeof trainCost>[2]>["resume"];
  await assertRejects(
    () => trainCost(key(0), pairs, { members: 2, resume: resume! }),
    TypeError,
    "Cannot resume an ensemble",
  );
});
