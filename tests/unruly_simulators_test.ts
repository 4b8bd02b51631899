import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { key, simulate, type Simulator, simulator, type SimulatorModule } from "@likely/core";
import { UNRULY, unruly } from "./_unruly_task.ts";

const N = 60;
const module = (how: string): SimulatorModule => ({
  module: new URL("./_unruly_task.ts", import.meta.url),
  export: "unruly",
  argument: how,
});

/** Rows that misbehave. */
const [BAD] = await Promise.all([simulate(key(4), unruly("none"), N).then(({ failed }) => failed)]);

Deno.test("whatever a row throws fails that row and no other, on workers and on this thread", async () => {
  assert(BAD > 2 && BAD < N / 2, `${BAD} rows misbehave`);
  const throwing = Object.keys(UNRULY).filter((how) => how.startsWith("throws") && !how.endsWith("late"));
  for (const how of throwing) {
    for (const workers of [0, 1]) {
      const { failed, failures } = await simulate(key(4), module(how), N, { workers });
      assertEquals(failed, BAD, how);
      assert(failures!.every(({ reason }) => reason.length > 3 && reason.length < 1100), how);
    }
  }
});

Deno.test("a simulator cannot end its worker, which nobody would be told of", async () => {
  for (const how of ["exits", "closes"]) {
    const { failed, failures } = await simulate(key(4), module(how), N, { workers: 2 });
    assertEquals(
      [failed, failures![0]!.reason.slice(0, 33)],
      [BAD, "a simulator must not end its prog"],
      how,
    );
  }
});

Deno.test("a row that takes longer than it may has failed, and the others are made", async () => {
  // Few, as a worker that hangs is ended after two seconds.
  const { failed } = await simulate(key(4), unruly("none"), 6, { chunkRows: 6 });
  const options = { workers: 1, rowTimeout: 2, chunkRows: 6 };
  const limited = await simulate(key(4), module("hangs"), 6, options);
  assert(failed > 0);
  assertEquals([limited.failed, limited.x.n], [failed, 6 - failed]);
  assertEquals(limited.failures![0]!.reason, "it took longer than rowTimeout, 2 s");
  await assertRejects(
    () => simulate(key(4), unruly("hangs"), N, { rowTimeout: 1 }),
    TypeError,
    "workers must make its rows",
  );
});

Deno.test("what is thrown when nobody waits for it ends the run, in words", async () => {
  for (const how of ["rejects late", "throws late"]) {
    await assertRejects(
      () => simulate(key(4), module(how), 2000, { workers: 1, chunkRows: 1 }),
      Error,
      "must stay alive, whatever code that nobody waits for throws: too late",
      how,
    );
  }
});

Deno.test("a simulator without a name, or whose rows are no numbers, is refused by rule and value", async () => {
  const { prior } = unruly("none");
  const one = (simulate: unknown, name: unknown) =>
    simulator({
      name: name as string,
      thetaDim: 1,
      xDim: 1,
      simulate: simulate as Simulator["simulate"] as never,
    });
  for (const name of [undefined, "", 5]) {
    assertThrows(() => one(() => [1], name), TypeError, "its name must be a text that is not empty");
    const bare = { ...one(() => [1], "one"), name } as Simulator;
    await assertRejects(
      () => simulate(key(0), { prior, simulator: bare }, 5),
      TypeError,
      "the simulator's name",
    );
  }
  const refused: readonly (readonly [unknown, string])[] = [
    [undefined, "must be a list of numbers: row 0 is undefined; is there a return?"],
    [5, "must be a list of numbers: row 0 is 5"],
    ["5", "must be a list of numbers: row 0 is"],
    [["5"], 'must hold numbers: number 0 of row 0 is "5"'],
    [[[5]], "must hold numbers: number 0 of row 0 is [5]"],
    [[null], "must hold numbers: number 0 of row 0 is null"],
    [[5, 6], "must have length 1: row 0 has length 2"],
  ];
  for (const [row, message] of refused) {
    await assertRejects(
      () => simulate(key(0), { prior, simulator: one(() => row, "one") }, 5),
      TypeError,
      message,
    );
  }
  await assertRejects(() => simulate(key(0), unruly("none"), 5, { workers: 1000 }), RangeError, "workers");
});
