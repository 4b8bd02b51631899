// What a report says in words, against posteriors of which it is known.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Artifact,
  drawNormal,
  type Draws,
  fromRows,
  independent,
  key,
  normal,
  npe,
  posteriorContent,
  type PosteriorReportOptions,
  reportFigures,
  simulator,
  stream,
  uniform,
} from "@likely/sbi";

const prior = independent({ a: uniform(-1, 1), b: normal(0, 1) });
const linear = simulator({
  name: "linear",
  thetaDim: 2,
  xDim: 1,
  simulate: (random, [a]) => [a! + drawNormal(random, 0, 0.1)],
});

/** b is as in the prior, a known to a tenth. */
function drawsOf(info: Draws["info"], chains = 1): Draws {
  const random = stream(key(1));
  const length = 1000 / chains;
  const values = Float64Array.from(
    { length: 2000 },
    (_, k) => k % 2 ? drawNormal(random) : drawNormal(random, 0.2, 0.1),
  );
  return { names: ["a", "b"], chains, length, values, info, warnings: [] };
}

const INDEPENDENT = { sampler: "importance", evaluations: 2000, kHat: 0.25, ess: 900 };
const artifact: Artifact =
  (await npe(key(0), { prior, simulator: linear }, { simulations: 300, maxEpochs: 1 })).artifact;

async function said(options: Partial<PosteriorReportOptions> = {}): Promise<string> {
  const { sections } = await posteriorContent({
    title: "Linear",
    artifact: { ...artifact, provenance: { ...artifact.provenance, warnings: [], advice: [] } },
    draws: drawsOf(INDEPENDENT),
    ...options,
  });
  const [block] = sections[0]!.blocks;
  assert(block?.kind === "answers");
  return block.answers.map(({ answer }) => answer).join("\n");
}

Deno.test("a report says what was found, what the data left open, and where truths lie", async () => {
  const text = await said({ truth: [0.2, 9] });
  // A thousand draws tell a mean to 0.003.
  assert(/a is 0\.(19|20)\d? \(0\.0\d+ to 0\.3\d+\) and b is/.test(text), text);
  assertStringIncludes(text, "The data say little about b, hardly narrower than in the prior.");
  assertStringIncludes(
    text,
    "Outside their central 90 % lie the true values of b; one in ten is expected to.",
  );
  assertStringIncludes(text, "Nothing speaks against the draws: they are independent, and the weights");
  assertStringIncludes(text, "Pareto k̂ 0.25, below 0.7");
});

Deno.test("a report says whether predictions look like the data, and what helps where they do not", async () => {
  const replicates = fromRows(Array.from({ length: 99 }, (_, i) => [i, i, i, i]));
  const columns = ["p", "q", "r", "s"];
  const good = await said({ predictive: { columns, observed: [50, 20, 70, 98], replicates } });
  assertStringIncludes(good, "Of the data, 3 of 4 observed numbers lie in the central 90 %");
  const bad = await said({ predictive: { columns, observed: [50, -20, 170, 98], replicates } });
  assertStringIncludes(bad, "do not look like those observed: only 1 of 4");
  assertStringIncludes(bad, "a posterior by a cost");
});

Deno.test("a report counts warnings first, and passes on advice", async () => {
  const { provenance } = artifact;
  const warned = {
    ...artifact,
    provenance: { ...provenance, warnings: ["Few simulations"], advice: ["Make more"] },
  };
  const text = await said({ artifact: warned });
  assertStringIncludes(text, "Only with care: a warning below.");
  assertStringIncludes(text, "The warnings say what helps. Make more.");
  const chains = await said({ draws: drawsOf({ sampler: "nuts", evaluations: 9 }, 4) });
  assert(/4 chains agree, R-hat is at most 1\.00\d/.test(chains), chains);
});

Deno.test("a report compares with other draws", async () => {
  const draws = drawsOf(INDEPENDENT);
  const far = { ...draws, values: draws.values.map((value, k) => k % 2 ? value : value + 0.1) };
  assertStringIncludes(
    await said({ compare: { label: "exact", draws } }),
    "(exact) but for at most 0 standard",
  );
  // The tenth is one standard deviation, known to 1 / √2000 of itself.
  assert(/\(exact\) by up to (0\.9\d|1|1\.0\d?) standard deviations, for a/.test(
    await said({ compare: { label: "exact", draws: far } }),
  ));
});

Deno.test("there are traces of chains alone", async () => {
  const names = async (draws: Draws) =>
    reportFigures(await posteriorContent({ title: "Linear", artifact, draws })).map(({ name }) => name);
  assertEquals(await names(drawsOf(INDEPENDENT)), ["pairs", "learning"]);
  assertEquals(await names(drawsOf({ sampler: "nuts", evaluations: 9 }, 4)), ["pairs", "traces", "learning"]);
});
