// Observations that a surrogate's simulator does not make are told when they are set: in the data,
// in the embedding, after the artifact was a file, in draws.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ace,
  decodeArtifact,
  drawNormal,
  encodeArtifact,
  fromRows,
  gatherRows,
  independent,
  key,
  normal,
  nre,
  observationWarnings,
  points,
  posterior,
  simulate,
  simulator,
} from "@likely/sbi";

const prior = independent({ mu: normal(0, 1) });
/** Four numbers around mu. */
const around = simulator({
  name: "around",
  thetaDim: 1,
  xDim: 4,
  simulate: (random, theta) => Float64Array.from({ length: 4 }, () => theta[0]! + 0.3 * drawNormal(random)),
});
const trained = await nre(key(0), { prior, simulator: around }, {
  simulations: 1500,
  maxEpochs: 2,
  embedding: { kind: "dense", hidden: [8], out: 3, activation: "tanh" },
  trunk: { kind: "mlp", hidden: [8], activation: "silu" },
});
const artifact = decodeArtifact(encodeArtifact(trained.artifact));
const strange = [3, -3, 3, -3];

Deno.test("posterior() warns of an observation unlike the simulations, and so do its draws", async () => {
  using given = await posterior(artifact, strange, { warmup: 50, chains: 2 });
  assertMatch(given.warnings!.join(), /The observation is unlike the simulations: none of 499/);
  const { warnings } = await given.sample(key(1), 20);
  assertEquals(warnings.slice(0, given.warnings!.length), [...given.warnings!]);
});

Deno.test("observations of the simulator are warned of about as often as the level says", async () => {
  const { x } = await simulate(key(2), { prior, simulator: around }, 400);
  let [data, embedded] = [0, 0];
  for (let i = 0; i < x.n; i++) {
    for (const text of await observationWarnings(artifact, gatherRows(x, [i]), { level: 0.1 })) {
      if (text.startsWith("As embedded")) embedded++;
      else data++;
    }
  }
  // Three standard errors of 400 observations and 499 held-out simulations; the embedding was
  // trained on what it is compared with.
  const error = 3 * Math.sqrt(0.1 * 0.9 * (1 / 400 + 1 / 499));
  assert(Math.abs(data / 400 - 0.1) < error, `${data}`);
  assert(Math.abs(embedded / 400 - 0.1) < 1.5 * error, `${embedded}`);
});

Deno.test("of several observations the one that is off is named", async () => {
  const [text] = await observationWarnings(artifact, fromRows([[0, 0.1, 0.2, 0], strange]), { level: 0.02 });
  assertMatch(text!, /^Of 2 observations, number 2: The observation is unlike/);
});

Deno.test("an artifact keeps its reference small, and one without it warns of nothing", async () => {
  const bytes = (one: typeof artifact) => encodeArtifact(one).length;
  const { reference: _, ...bare } = artifact;
  assert(bytes(artifact) - bytes(bare) < 16_000, `${bytes(artifact) - bytes(bare)}`);
  assertEquals(await observationWarnings(bare, fromRows([strange])), []);
  using given = await posterior(bare, strange, { warmup: 50 });
  assertEquals(given.warnings, []);
});

Deno.test("costs warn as ratios do, and say whether theirs is known so far out", async () => {
  for (const structure of ["quadratic", "free"] as const) {
    const { artifact } = await ace(key(3), { prior, simulator: around }, {
      simulations: 1000,
      maxEpochs: 1,
      structure,
      trunk: { kind: "mlp", hidden: [8], activation: "silu" },
    });
    const [warning] = await observationWarnings(
      decodeArtifact(encodeArtifact(artifact)),
      fromRows([strange]),
    );
    const remark = structure === "free" ? "unless such observations were among the targets" : "if less so";
    assertMatch(warning!, new RegExp(`unlike the simulations: none of 499.*, ${remark}`));
    assertEquals(await observationWarnings(artifact, fromRows([[0.1, 0, 0.1, 0]])), []);
  }
});

Deno.test("observations are as many as one likes", async () => {
  const { reference: all, ...rest } = artifact;
  const many = points(new Float64Array(4 * 200_000), 4);
  assert(Array.isArray(await observationWarnings({ ...rest, reference: { x: all!.x! } }, many)));
});
