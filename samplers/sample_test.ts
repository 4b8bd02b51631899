import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  constrain,
  drawNormal,
  type Draws,
  fromRows,
  independent,
  key,
  type LogDensity,
  normal,
  row,
  stream,
  type Support,
  zeros,
} from "@likely/core";
import { randomWalk } from "./random_walk.ts";
import { sample } from "./sample.ts";
import type { SampleProgress, Start } from "./sample_options.ts";

/** A density of one row: its value, then its gradient. */
function density(name: string, dim: number, fn: (theta: Float64Array) => number[]): LogDensity {
  return {
    name,
    dim,
    evaluate: (theta) => {
      const rows = Array.from({ length: theta.n }, (_, i) => fn(row(theta, i)));
      return {
        value: Float64Array.from(rows, ([value]) => value!),
        grad: Float64Array.from(rows.flatMap(([, ...grad]) => grad)),
      };
    },
  };
}

/** Starts spread widely over the support. */
function startIn(support: Support): Start {
  return {
    names: support.map((_, j) => `theta_${j}`),
    support,
    sample: (k, n) => {
      const random = stream(k);
      const z = zeros(n, support.length);
      return constrain(support, { ...z, data: z.data.map(() => drawNormal(random, 0, 1.5)) });
    },
  };
}

const LINE = { low: -Infinity, high: Infinity };
const UNIT = { low: 0, high: 1 };
const bell = density("bell", 1, ([t]) => [-0.5 * t! ** 2, -t!]);
const SHORT = { warmup: 20, draws: 30 };

Deno.test("sample() gives the same draws for the same key, others for another", async () => {
  const start = startIn([LINE]);
  const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => sample(key(seed), bell, start, SHORT)));
  assertEquals(a!.values, b!.values);
  assert(a!.values.every((value, i) => value !== c!.values[i]));
});

Deno.test("sample() takes nuts where there is a gradient and slice where not", async () => {
  const blind: LogDensity = { ...bell, evaluate: (p) => ({ value: bell.evaluate(p).value }) };
  assertEquals((await sample(key(0), bell, startIn([LINE]), SHORT)).info.sampler, "nuts");
  assertEquals((await sample(key(0), blind, startIn([LINE]), SHORT)).info.sampler, "slice");
});

Deno.test("sample() runs a kernel of the user's own", async () => {
  const draws = await sample(key(0), bell, startIn([LINE]), {
    ...SHORT,
    sampler: (target, { warmup }) => randomWalk(target, { warmup, scale: 0.1 }),
  });
  assertEquals(draws.info.sampler, "random_walk");
});

Deno.test("sample() counts every call of the target", async () => {
  let calls = 0;
  const counted: LogDensity = { ...bell, evaluate: (p) => (calls++, bell.evaluate(p)) };
  const draws = await sample(key(0), counted, startIn([LINE]), { ...SHORT, sampler: "slice" });
  assertEquals(draws.info.evaluations, calls);
});

Deno.test("sample() chooses starts by the density of target over prior", async () => {
  const prior = independent({ mu: normal(0, 10) });
  const narrow = density("narrow", 1, ([t]) => [-0.5 * ((t! - 5) / 0.5) ** 2, -(t! - 5) / 0.25]);
  // A random walk with tiny steps: the draws are still where the chains started.
  const stay = (target: LogDensity) => randomWalk(target, { warmup: 0, scale: 1e-9 });
  const draws = await sample(key(3), narrow, prior, { sampler: stay, chains: 10, warmup: 0, draws: 1 });
  assert(draws.values.every((mu) => Math.abs(mu - 5) < 2), `current value is ${draws.values}`);
  assertEquals(new Set(draws.values).size, 10);
});

Deno.test("sample() starts where it is told", async () => {
  const stay = (target: LogDensity) => randomWalk(target, { warmup: 0, scale: 1e-9 });
  const options = { sampler: stay, warmup: 0, draws: 1, position: fromRows([[0.25], [0.75]]) };
  const draws = await sample(key(0), density("flat", 1, () => [0, 0]), startIn([UNIT]), options);
  assertEquals(draws.chains, 2);
  assertAlmostEquals(draws.values[0]!, 0.25, 1e-6);
  assertAlmostEquals(draws.values[1]!, 0.75, 1e-6);
});

Deno.test("sample() tells how many chains cannot start", async () => {
  const rare = density("rare", 1, ([t]) => [t! > 5 ? 0 : -Infinity, 0]);
  const error = await assertRejects(() => sample(key(0), rare, startIn([LINE])), RangeError);
  assert(
    /Cannot start 4 chains as at least 4 .* current value is \d of 1000$/.test(error.message),
    error.message,
  );
  const position = fromRows([[6], [0], [7]]);
  await assertRejects(
    () => sample(key(0), rare, startIn([LINE]), { position }),
    RangeError,
    "Cannot start 3 chains as at least 3 starting positions must have a finite density: current value is 2 of 3",
  );
});

Deno.test("sample() refuses names and support of another width", async () => {
  await assertRejects(() => sample(key(0), bell, startIn([LINE, LINE])), TypeError, "must have length 1");
});

Deno.test("sample() reports its progress and lets other work run", async () => {
  const seen: SampleProgress[] = [];
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const slow = density("slow", 1, ([t]) => {
    const began = performance.now();
    while (performance.now() - began < 0.05);
    return [-0.5 * t! ** 2, -t!];
  });
  const options = {
    warmup: 100,
    draws: 300,
    chains: 4,
    sampler: "random_walk",
    onProgress: (p: SampleProgress) => seen.push(p),
  } as const;
  await sample(key(0), slow, startIn([LINE]), options);
  clearInterval(timer);
  const last = seen.at(-1)!;
  assertEquals([last.phase, last.step, last.total, last.secondsLeft], ["sampling", 400, 400, 0]);
  assert(seen.length >= 2 && seen[0]!.step < 400 && seen[0]!.stepsPerSecond > 0);
  assert(turns >= 1, "nothing else could run");
});

Deno.test("sample() stops when it is told to", async () => {
  const control = new AbortController();
  const endless = sample(key(0), bell, startIn([LINE]), {
    draws: 2 ** 20,
    signal: control.signal,
    onProgress: () => control.abort(new Error("enough")),
  });
  await assertRejects(() => endless, Error, "enough");
  await assertRejects(
    () => sample(key(0), bell, startIn([LINE]), { signal: AbortSignal.abort(new Error("never")) }),
    Error,
    "never",
  );
});

Deno.test("sample() carries what the check says, and what it saw itself, in the warnings", async () => {
  const cliff = density("cliff", 1, ([t]) => [-0.5e12 * t! ** 2, -1e12 * t!]);
  const draws = await sample(key(0), cliff, startIn([LINE]), {
    warmup: 0,
    draws: 5,
    check: (d: Draws) => ["checked", ...d.warnings],
  });
  assertEquals(draws.warnings.length, 2);
  assert(draws.warnings[0]!.startsWith("20 of 20 transitions diverged"), draws.warnings[0]);
  assertEquals(draws.warnings[1], "checked");
  assertEquals(draws.info.divergences, 20);
});

Deno.test("sample() keeps every thin-th position", async () => {
  const start = startIn([LINE]);
  const all = await sample(key(4), bell, start, { sampler: "slice", warmup: 10, draws: 12, chains: 2 });
  const thinned = await sample(key(4), bell, start, {
    sampler: "slice",
    warmup: 10,
    draws: 4,
    thin: 3,
    chains: 2,
  });
  const kept = all.values.filter((_, i) => i % 3 === 2);
  assertEquals(thinned.values, kept);
});

Deno.test("sample() says that chains do not move", async () => {
  const cliff = density("cliff", 1, ([t]) => [-0.5e24 * (t! - 0.3) ** 2, -1e24 * (t! - 0.3)]);
  const draws = await sample(key(0), cliff, startIn([LINE]), {
    sampler: "random_walk",
    warmup: 0,
    draws: 50,
  });
  assert(draws.warnings[0]!.startsWith("Chains hardly move: random_walk accepted"), draws.warnings[0]);
});
