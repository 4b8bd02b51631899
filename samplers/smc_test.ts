import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Draws, independent, key, type LogDensity, normal, numericDensity, uniform } from "@likely/core";
import { nuts } from "./nuts.ts";
import { smc } from "./smc.ts";

const prior = independent({ a: normal(0, 1), b: normal(0, 1) });
const likelihood = numericDensity("two data", 2, ([a, b]) => -2 * (a! - 1) ** 2 - 8 * (b! + 1) ** 2);
// Per coordinate: prior N(0, 1), a datum y with precision q: N(0; y, 1 + 1/q) / N(0; 0, 1/q).
const evidence = [[1, 4], [-1, 16]].reduce(
  (sum, [y, q]) => sum - 0.5 * Math.log(1 + q!) - 0.5 * y! ** 2 / (1 + 1 / q!),
  0,
);

function columns(draws: Draws): Float64Array[] {
  const d = draws.names.length;
  return draws.names.map((_, j) => draws.values.filter((_, i) => i % d === j));
}

const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;

for (
  const [name, kernel] of [["slice", undefined], [
    "nuts",
    (t: LogDensity) => nuts(t, { warmup: 0, stepSize: 0.7 }),
  ]] as const
) {
  Deno.test(`smc() with ${name} finds the conjugate posterior and its evidence`, async () => {
    const draws = await smc(key(4), prior, likelihood, { particles: 500, ...(kernel && { kernel }) });
    const [a, b] = columns(draws);
    // 2,000 particles, mostly distinct: a standard error is sd / √2000, doubled for ancestry.
    assertAlmostEquals(mean(a!), 0.8, 8 * Math.sqrt(0.2 / 2000));
    assertAlmostEquals(mean(b!), -16 / 17, 8 * Math.sqrt(1 / 17 / 2000));
    assertAlmostEquals(mean(a!.map((v) => (v - 0.8) ** 2)), 0.2, 0.05);
    const { logEvidence, logEvidenceError } = draws.info;
    assert(Number(logEvidenceError) < 0.1);
    assertAlmostEquals(Number(logEvidence), evidence, 4 * Number(logEvidenceError) + 0.02);
    assertEquals([draws.chains, draws.length, draws.warnings], [4, 500, []]);
  });
}

Deno.test("smc() keeps the weights of well-separated modes", async () => {
  const wide = independent({ x: uniform(-20, 20) });
  const hills = numericDensity("hills", 1, ([x]) => {
    const [near, far] = [-0.5 * (x! + 10) ** 2 + Math.log(0.7), -0.5 * (x! - 10) ** 2 + Math.log(0.3)];
    return Math.max(near, far) + Math.log1p(Math.exp(-Math.abs(near - far)));
  });
  const draws = await smc(key(5), wide, hills, { particles: 1000 });
  const shares = Array.from(
    { length: 4 },
    (_, c) => mean(draws.values.subarray(c * 1000, (c + 1) * 1000).map((x) => x < 0 ? 1 : 0)),
  );
  const share = shares.reduce((a, b) => a + b) / 4;
  const error = Math.sqrt(shares.reduce((sum, s) => sum + (s - share) ** 2, 0) / 12);
  assertAlmostEquals(share, 0.7, 4 * error + 0.01);
  assert(error < 0.03, `${error}`);
  // ∫ hills / 40 = √(2π) / 40
  assertAlmostEquals(Number(draws.info.logEvidence), Math.log(Math.sqrt(2 * Math.PI) / 40), 0.15);
});

Deno.test("smc() gives the same draws for the same key, inside the support", async () => {
  const box = independent({ x: uniform(0, 1), y: uniform(0, 1) });
  const edge = numericDensity("edge", 2, ([x, y]) => 3 * Math.log(x!) + 2 * Math.log1p(-y!));
  const [one, two] = await Promise.all(
    [1, 2].map(() => smc(key(6), box, edge, { particles: 200, repeats: 2 })),
  );
  assertEquals(one!.values, two!.values);
  assert(one!.values.every((v) => v > 0 && v < 1));
  assertAlmostEquals(mean(columns(one!)[0]!), 4 / 5, 0.04);
});

Deno.test("smc() refuses a likelihood that is 0 everywhere, and stops when told to", async () => {
  const nowhere = numericDensity("nowhere", 2, () => -Infinity);
  await assertRejects(() => smc(key(0), prior, nowhere), RangeError, "likelihood above 0");
  const signal = AbortSignal.abort(new Error("never"));
  await assertRejects(() => smc(key(0), prior, likelihood, { signal }), Error, "never");
});

Deno.test("smc() says that one population cannot be judged", async () => {
  const one = await smc(key(0), prior, likelihood, { particles: 100, repeats: 1 });
  assertEquals(one.info.logEvidenceError, NaN);
  assert(one.warnings[0]!.includes("cannot be judged from one: take repeats"), one.warnings[0]);
});

Deno.test("smc() ends in words where log-likelihoods are beyond what a nat can be told of", async () => {
  for (const scale of [1e32, -1e32, 1e16]) {
    const wild = numericDensity("wild", 2, ([a]) => scale * (2 + Math.sin(1e6 * a!)));
    await assertRejects(() => smc(key(0), prior, wild), RangeError, "at most 2^50 nats in size");
  }
  const infinite: LogDensity = {
    name: "infinite",
    dim: 2,
    evaluate: (theta) => ({
      value: Float64Array.from({ length: theta.n }, (_, i) => theta.data[2 * i]! > 0 ? Infinity : 0),
    }),
  };
  const { warnings } = await smc(key(0), prior, infinite, { particles: 100 });
  assert(warnings.some((text) => text.includes("NaN or infinite")), `${warnings}`);
});

Deno.test("smc() tells how far it is, and stops between the moves of a rise", async () => {
  const steps: number[] = [];
  await smc(key(1), prior, likelihood, { particles: 100, onProgress: ({ step }) => steps.push(step) });
  assertEquals([steps.at(-1), steps.toSorted((a, b) => a - b)], [400, steps]);
  const control = new AbortController();
  let calls = 0;
  const slow = numericDensity("slow", 2, () => {
    if (++calls === 500) setTimeout(() => control.abort(new Error("enough")), 0);
    return 0;
  });
  const options = { particles: 100, moves: 1_000_000, signal: control.signal };
  await assertRejects(() => smc(key(2), prior, slow, options), Error, "enough");
});
