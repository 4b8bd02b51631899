// The `likely` command with a task file that names a model behind HTTP.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openSimulations, row } from "@likely/sbi";
import { assertRefused, Desk } from "./_desk.ts";
import { refusal, serveModels, type TestServer } from "./_um_bridge_server.ts";

const PRIOR = { a: { kind: "uniform", low: 0, high: 1 }, b: { kind: "normal", mean: 0, sd: 1 } };

/** Two vectors of one number each in, one of two out; fails where a is large; coarser at level 0. */
const serve = () =>
  serveModels({
    forward: {
      inputSizes: [1, 1],
      outputSizes: [2],
      evaluate: ([[a], [b]], { seed, coarse }) => {
        if (a > 0.9) return refusal("InvalidInput", "too hot", 400);
        const noise = Math.sin(seed as number) / 10;
        return [[a + noise + (coarse ? 0.01 : 0), b - noise]];
      },
    },
  });

function deskOf(server: TestServer, more: object = {}): Desk {
  const desk = new Desk("--allow-net=127.0.0.1");
  const simulator = {
    umbridge: server.url,
    seed: "seed",
    concurrency: 2,
    ...more,
  };
  const task = {
    format: 1,
    name: "served",
    prior: PRIOR,
    x: ["sum", "rest"],
    observation: [0.5, 0.3],
    simulator,
  };
  desk.write("task.json", JSON.stringify(task));
  return desk;
}

Deno.test("a task file with a model behind HTTP goes from simulations to draws", async () => {
  await using server = serve();
  await using desk = deskOf(server);
  const end = await desk.run("simulate", "task.json", "--n", "300", "--out", "s.zarr", "--chunk-rows", "50");
  assertEquals(end.code, 0, end.stderr);
  assertMatch(end.stdout, /pairs of served[^]+failed and are left out:\n +row \d+: .*too hot/);
  const { dataset } = await openSimulations(desk.file("s.zarr"));
  for (let i = 0; i < dataset.x.n; i++) {
    const [[a, b], [first, second]] = [row(dataset.theta, i), row(dataset.x, i)];
    assertEquals(Math.abs(first! + second! - a! - b!) < 1e-9 && Math.abs(first! - a!) <= 0.1, true);
  }
  const trained = await desk.run(
    "train",
    "s.zarr",
    "--method",
    "npe",
    "--max-epochs",
    "3",
    "--out",
    "m.safetensors",
  );
  assertEquals(trained.code, 0, trained.stderr);
  const drawn = await desk.run("sample", "m.safetensors", "--x", "task.json", "--out", "d.csv");
  assertEquals(drawn.code, 0, drawn.stderr);
  assertStringIncludes(await Deno.readTextFile(desk.file("d.csv")), "a,b\n");
});

Deno.test("levels of a model behind HTTP by its config", async () => {
  await using server = serve();
  const levels = [{ config: { coarse: true }, cost: 1 }, { cost: 10 }];
  await using desk = deskOf(server, { levels });
  const end = await desk.run(
    "simulate",
    "task.json",
    "--levels",
    "60,20",
    "--out",
    "levels",
    "--chunk-rows",
    "20",
  );
  assertEquals(end.code, 0, end.stderr);
  assertMatch(end.stdout, /2 levels of served/);
  const { dataset: { x } } = await openSimulations(desk.file("levels/level1"));
  for (let i = 0; i < x.n; i++) {
    const [fine, , coarse] = row(x, i);
    assertEquals(Math.abs(coarse! - fine! - 0.01) < 1e-9, true);
  }
});

Deno.test("a model behind HTTP that is not the task's, or not there, is refused in a sentence", async () => {
  await using server = serve();
  for (
    const [more, message] of [
      [{ model: "backward" }, "backward"],
      [{ umbridge: "http://127.0.0.1:1" }, "127.0.0.1:1"],
    ] as const
  ) {
    await using desk = deskOf(server, more);
    await assertRefused(desk, "simulate task.json --n 5 --out s.zarr", 1, message);
  }
  await using desk = deskOf(server);
  const task = JSON.parse(await Deno.readTextFile(desk.file("task.json")));
  desk.write("wide.json", JSON.stringify({ ...task, x: 3, observation: [1, 2, 3] }));
  await assertRefused(
    desk,
    "simulate wide.json --n 5 --out s.zarr",
    1,
    "must have 3 outputs, as the task says: it has 2",
  );
  desk.write("odd.json", JSON.stringify({ ...task, simulator: { ...task.simulator, seeds: "x" } }));
  await assertRefused(desk, "simulate odd.json --n 5 --out s.zarr", 1, "simulator.seeds is none of its keys");
});
