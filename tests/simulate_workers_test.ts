import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Dataset, independent, key, normal, simulate, type SimulateOptions } from "@likely/core";
import { noisy, type NoisyOptions } from "./_noisy_task.ts";

const module = new URL("./_noisy_task.ts", import.meta.url);

function onWorkers(
  workers: number,
  argument: NoisyOptions,
  options: SimulateOptions = {},
): Promise<Dataset> {
  return simulate(key(9), { module, export: "noisy", argument }, 120, { chunkRows: 10, ...options, workers });
}

Deno.test("simulate() gives the same rows on this thread and on 1, 2 or 3 workers", async () => {
  const argument = { throwAbove: 1 };
  const expected = await simulate(key(9), noisy(argument), 120, { score: true });
  assert(expected.failed > 5 && expected.failures![0]!.reason === "too high");
  for (const workers of [0, 1, 2, 3]) {
    assertEquals(await onWorkers(workers, argument, { score: true }), expected);
  }
});

Deno.test("simulate() takes a task, a simulator with a prior, or a function, by name", async () => {
  const prior = independent({ a: normal(0, 1), b: normal(0, 2) });
  const expected = await simulate(key(0), noisy(), 20);
  assertEquals(await simulate(key(0), { module, export: "task" }, 20, { workers: 1 }), expected);
  assertEquals(
    await simulate(key(0), { module: module.href, export: "bare", prior }, 20, { workers: 1 }),
    expected,
  );
  assertEquals(await simulate(key(0), { module, export: "noisy" }, 20, { workers: 1 }), expected);
  await assertRejects(
    () => simulate(key(0), { module, export: "bare" }, 20),
    TypeError,
    "must come with a prior",
  );
});

Deno.test("simulate() measures chunks on a worker when none are given", async () => {
  const { x } = await simulate(key(0), { module, export: "noisy", argument: { work: 2000 } }, 600, {
    workers: 2,
  });
  assertEquals(x.data, (await simulate(key(0), noisy({ work: 2000 }), 600)).x.data);
});

Deno.test("simulate() names module, export and cause when a module leads nowhere", async () => {
  const missing = new URL("./_no_such_file.ts", import.meta.url);
  const throwing = "data:text/javascript,throw new Error('bad weather')";
  const cases = [
    [{ module, export: "nothing" }, ["_noisy_task.ts", '"nothing"', "noisy, task"]],
    [{ module, export: "answer" }, ['"answer"', "42"]],
    [{ module, export: "broken" }, ['"broken"', "no such data"]],
    [{ module: missing, export: "task" }, ["_no_such_file.ts", '"task"']],
    [{ module: throwing, export: "task" }, ["bad weather"]],
    [{ module: "./_noisy_task.ts", export: "task" }, ["must be a URL", "./_noisy_task.ts"]],
  ] as const;
  for (const [source, parts] of cases) {
    const error = await assertRejects(() => simulate(key(0), source, 10), TypeError);
    for (const part of parts) assert(error.message.includes(part), error.message);
  }
});

Deno.test("simulate() carries an error out of a worker", async () => {
  const source = { module, export: "narrow" };
  await assertRejects(() => simulate(key(0), source, 50, { workers: 2 }), TypeError, 'simulator "narrow"');
});

Deno.test("simulate() ends with an error when a worker dies", async () => {
  const source = { module, export: "deadly" };
  const options = { workers: 1, chunkRows: 1 };
  const error = await assertRejects(() => simulate(key(0), source, 3, options), Error, "must stay alive");
  assert(error.message.includes("the reactor melted"), error.message);
});

Deno.test("simulate() stops its workers at once when its signal is aborted", async () => {
  const start = performance.now();
  const signal = AbortSignal.timeout(400);
  // Minutes of work in a single chunk.
  const error = await assertRejects(
    () => onWorkers(2, { work: 1e8 }, { signal, chunkRows: 60 }),
    DOMException,
  );
  assertEquals(error.name, "TimeoutError");
  assert(performance.now() - start < 20_000);
});
