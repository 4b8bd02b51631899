import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { AsyncSimulator } from "./async_simulator.ts";
import { UnreachableError } from "./errors.ts";
import { measureChunkRows } from "./_simulate_chunks.ts";
import { REASONS_KEPT } from "./_simulate_rows.ts";
import { drawNormal } from "./draw_normal.ts";
import { independent } from "./independent.ts";
import { foldIn, key, split } from "./key.ts";
import { normal } from "./normal.ts";
import { gatherRows, type Points, row } from "./points.ts";
import { simulate, type SimulationProgress } from "./simulate.ts";
import { type Simulator, simulator } from "./simulator.ts";
import { stream } from "./stream.ts";

const prior = independent({ a: normal(0, 1), b: normal(3, 2) });

function noisy(simulateRow?: (theta: Float64Array) => void): Simulator {
  return simulator({
    name: "noisy",
    thetaDim: 2,
    xDim: 1,
    simulate: (random, theta) => {
      simulateRow?.(theta);
      return [theta[0]! + drawNormal(random)];
    },
    score: (theta, x) => [x[0]! - theta[0]!, 0],
  });
}

Deno.test("simulate() gives row i the streams that the key and i alone determine", async () => {
  const { theta, x, failed, failures } = await simulate(key(5), { prior, simulator: noisy() }, 50);
  const [forTheta, forX] = split(key(5), 2);
  assertEquals(theta, prior.sample(forTheta, 50));
  for (const i of [0, 17, 49]) {
    assertEquals(x.data[i], row(theta, i)[0]! + drawNormal(stream(foldIn(forX, i))));
  }
  assertEquals([failed, failures], [0, undefined]);
});

Deno.test("simulate() gives the same rows whatever the chunks, and a longer run begins with a shorter one", async () => {
  const source = { prior, simulator: noisy() };
  const long = await simulate(key(1), source, 100, { chunkRows: 100 });
  for (const chunkRows of [1, 7, 1000]) {
    assertEquals(await simulate(key(1), source, 100, { chunkRows }), long);
  }
  const short = await simulate(key(1), source, 40);
  assertEquals(short.x.data, long.x.data.subarray(0, 40));
});

Deno.test("simulate() leaves out rows that throw or are not finite, and no others", async () => {
  const bad = simulator({
    name: "bad",
    thetaDim: 2,
    xDim: 2,
    simulate: (_, [a, b]) => {
      if (a! > 0.5) throw new Error(`a is ${a}`);
      return [a!, a! < -0.5 ? Infinity : b!];
    },
  });
  const { theta, x, failed, failures } = await simulate(key(2), { prior, simulator: bad }, 300, {
    chunkRows: 64,
  });
  const all = prior.sample(split(key(2), 2)[0], 300);
  const kept = [...Array(300).keys()].filter((i) => Math.abs(all.data[2 * i]!) <= 0.5);
  assertEquals(theta, gatherRows(all, kept));
  assertEquals(x.data, theta.data);
  assertEquals(theta.n + failed, 300);
  assertEquals(failures!.length, REASONS_KEPT);
  const expected = [...Array(300).keys()].filter((i) => !kept.includes(i)).slice(0, REASONS_KEPT);
  for (const [j, i] of expected.entries()) {
    const a = all.data[2 * i]!;
    assertEquals(failures![j], { row: i, reason: a > 0 ? `a is ${a}` : "x[1] is Infinity" });
  }
});

Deno.test("simulate() adds scores of the rows that are kept", async () => {
  const { theta, x, score } = await simulate(key(3), { prior, simulator: noisy() }, 30, { score: true });
  assertEquals([score!.n, score!.dim], [30, 2]);
  for (let i = 0; i < 30; i++) assertEquals(score!.data[2 * i], x.data[i]! - theta.data[2 * i]!);
  const silent = { ...noisy(), score: (theta: Points) => ({ ...theta, data: theta.data.map(() => NaN) }) };
  const error = await assertRejects(
    () => simulate(key(3), { prior, simulator: silent }, 10, { score: true }),
    RangeError,
  );
  assert(error.message.includes("score[0] is NaN"), error.message);
});

Deno.test("simulate() stops on rows of the wrong width, naming who, what and how many", async () => {
  const wide = simulator({ name: "wide", thetaDim: 2, xDim: 3, simulate: () => [1] });
  const error = await assertRejects(() => simulate(key(0), { prior, simulator: wide }, 10), TypeError);
  for (const part of ['"wide"', "length 3", "length 1"]) assert(error.message.includes(part), error.message);
  const raw: Simulator = {
    name: "raw",
    thetaDim: 2,
    xDim: 2,
    simulate: (_, theta) => ({ ...theta, dim: 1 }),
  };
  await assertRejects(() => simulate(key(0), { prior, simulator: raw }, 10), TypeError, '"raw"');
});

Deno.test("simulate() refuses a prior that does not fit, a missing score and nonsense options", async () => {
  const source = { prior, simulator: noisy() };
  const narrow = { prior: independent({ a: normal(0, 1) }), simulator: noisy() };
  await assertRejects(() => simulate(key(0), narrow, 10), TypeError, "must have length 2");
  const { score: _, ...scoreless } = noisy();
  await assertRejects(
    () => simulate(key(0), { prior, simulator: scoreless }, 10, { score: true }),
    TypeError,
    "must have a score",
  );
  await assertRejects(() => simulate(key(0), source, 0), RangeError, "n must be");
  await assertRejects(() => simulate(key(0), source, 5, { chunkRows: 0 }), RangeError, "chunkRows");
  await assertRejects(() => simulate(key(0), source, 5, { workers: -1 }), RangeError, "workers");
});

Deno.test("simulate() fails when every row has, with the first reason", async () => {
  const broken = noisy(() => {
    throw new Error("out of fuel");
  });
  await assertRejects(() => simulate(key(0), { prior, simulator: broken }, 5), RangeError, "out of fuel");
});

Deno.test("simulate() reports progress after each chunk", async () => {
  const seen: SimulationProgress[] = [];
  const sometimes = noisy(([a]) => {
    if (a! > 0) throw new Error("no");
  });
  const { failed } = await simulate(key(4), { prior, simulator: sometimes }, 25, {
    chunkRows: 10,
    onProgress: (progress) => seen.push(progress),
  });
  assertEquals(seen.map(({ done, total }) => [done, total]), [[10, 25], [20, 25], [25, 25]]);
  assertEquals(seen.at(-1)!.failed, failed);
  assertEquals(seen.at(-1)!.secondsLeft, 0);
  assertAlmostEquals(seen[0]!.secondsLeft, 15 / seen[0]!.rowsPerSecond, 1e-9);
});

Deno.test("simulate() stops between chunks when its signal is aborted", async () => {
  const controller = new AbortController();
  let rows = 0;
  const counting = noisy(() => void rows++);
  await assertRejects(
    () =>
      simulate(key(0), { prior, simulator: counting }, 100, {
        chunkRows: 10,
        signal: controller.signal,
        onProgress: ({ done }) => done === 20 && controller.abort(new RangeError("enough")),
      }),
    RangeError,
    "enough",
  );
  assertEquals(rows, 20);
  await assertRejects(
    () =>
      simulate(key(0), { prior, simulator: noisy() }, 1, {
        signal: AbortSignal.abort(new RangeError("before")),
      }),
    RangeError,
    "before",
  );
});

Deno.test("simulate() waits for an asynchronous function and gives the rows of one that is not", async () => {
  const both = (name: string) => ({ name, thetaDim: 2, xDim: 1 });
  const now = simulator({ ...both("now"), simulate: (random, [a]) => [a! + drawNormal(random)] });
  const expected = await simulate(key(6), { prior, simulator: now }, 60);
  for (const concurrency of [undefined, 1, 7]) {
    let [under, most] = [0, 0];
    const late = simulator({
      ...both("late"),
      simulate: async (random, [a]) => {
        most = Math.max(most, ++under);
        const x = [a! + drawNormal(random)];
        await new Promise((resolve) => setTimeout(resolve, a! > 0 ? 1 : 0));
        under--;
        return x;
      },
      ...(concurrency !== undefined && { concurrency }),
    });
    assertEquals(await simulate(key(6), { prior, simulator: late }, 60, { chunkRows: 16 }), expected);
    assertEquals(most, concurrency ?? 1);
  }
});

Deno.test("a row that an asynchronous simulator throws at has failed, and it alone", async () => {
  const late = simulator({
    name: "late",
    thetaDim: 2,
    xDim: 1,
    simulate: async (_, [a]) => {
      await Promise.resolve();
      if (a! > 0.5) throw new Error(`a is ${a}`);
      return [a!];
    },
  });
  const { theta, failed, failures, failedTheta } = await simulate(key(2), { prior, simulator: late }, 100);
  assert(failed > 10 && theta.n + failed === 100);
  assert(failedTheta!.data.every((a, k) => k % 2 === 1 || a > 0.5));
  assertEquals(failures![0]!.reason, `a is ${failedTheta!.data[0]}`);
});

Deno.test("calls of a simulator whose rows are made elsewhere overlap as it says, and end with the run", async () => {
  let [under, most, closed] = [0, 0, 0];
  const elsewhere: AsyncSimulator = {
    name: "elsewhere",
    thetaDim: 2,
    xDim: 2,
    concurrency: 3,
    close: () => Promise.resolve(void closed++),
    simulateAsync: async (_, theta, { signal } = {}) => {
      most = Math.max(most, ++under);
      await new Promise((resolve, reject) => {
        setTimeout(resolve, 2);
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
      under--;
      return { x: theta };
    },
  };
  const source = { prior, simulator: elsewhere };
  const { theta, x } = await simulate(key(1), source, 40, { chunkRows: 2, workers: 0 });
  assertEquals([theta.data, most], [x.data, 3]);
  // Who made it closes it.
  assertEquals(closed, 0);
  const end = new AbortController();
  setTimeout(() => end.abort(new Error("enough")), 20);
  await assertRejects(
    () => simulate(key(1), source, 4000, { chunkRows: 1, signal: end.signal }),
    Error,
    "enough",
  );
});

Deno.test("a simulator that cannot be reached stops the run; a function that is not declared async is told so", async () => {
  const gone: AsyncSimulator = {
    name: "gone",
    thetaDim: 2,
    xDim: 1,
    simulateAsync: () => Promise.reject(new UnreachableError("nobody answers")),
  };
  await assertRejects(() => simulate(key(0), { prior, simulator: gone }, 5), UnreachableError, "nobody");
  const hidden = simulator({
    name: "hidden",
    thetaDim: 2,
    xDim: 1,
    simulate: ((_: unknown, [a]: Float64Array) => Promise.resolve([a!])) as never,
  });
  await assertRejects(() => simulate(key(0), { prior, simulator: hidden }, 5), TypeError, "declared async");
});

Deno.test("a chunk is found from two sizes: a call that costs much is handed many rows", async () => {
  /** Milliseconds a call and a row; by a clock of its own, as this machine's is nobody's to rely on. */
  const found = async (perCall: number, perRow: number, rows = 1000) => {
    let [now, spent] = [0, 0];
    const run = ({ theta }: { theta: Points }) => {
      now += perCall + perRow * theta.n;
      spent += theta.n;
      return Promise.resolve({ x: new Float64Array(), score: new Float64Array(), thrown: [] });
    };
    const chunk = await measureChunkRows({ run }, prior.sample(key(0), rows), () => now);
    return { chunk, spent };
  };
  // Nothing but rows: those of a second.
  assertEquals((await found(0, 20)).chunk, 50);
  assertEquals((await found(0, 0.01)).chunk, 1000);
  assertEquals((await found(0, 0.01, 300)).chunk, 300);
  // A call of 150 ms whatever its size is a fifth of it at most.
  assertEquals((await found(150, 0.1)).chunk, 1000);
  assertEquals((await found(500, 10)).chunk, 200);
  // What takes long is not tried often: once, or a few times.
  assertEquals(await found(0, 40_000), { chunk: 1, spent: 1 });
  assertEquals(await found(0, 5_000), { chunk: 1, spent: 4 });
});
